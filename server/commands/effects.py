"""`toqibox effects list`: a line for each effect."""

import argparse
import json

from server.cli import FAILED
from server.config import Config
from server.effects.library import BUILT_IN, Library


def run(config: Config, options: argparse.Namespace) -> int:
    """Print the effects; exit status 1 when one of them is broken."""
    library = Library((BUILT_IN, *config.shaders_dirs))
    effects, broken = library.all(), library.broken()
    if options.json:
        print(json.dumps({"effects": [effect.describe() for effect in effects]}, indent=2))
        return FAILED if broken else 0
    for effect in effects:
        print(f"{effect.id:<14} {effect.title:<18} {effect.description}")
    for entry in broken:
        for message in entry.diagnostics:
            print(f"{message['file']}:{message['line'] or 1}: {message['message']}")
    return FAILED if broken else 0
