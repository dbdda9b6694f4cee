"""The form of an effect's id."""

import re

MAX_ID_LENGTH = 64
EFFECT_ID = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{MAX_ID_LENGTH - 1}}}")
