"""The location of a font on disk."""

from dataclasses import dataclass
from pathlib import Path

FONTS_DIR = Path("/usr/share/fonts")
"""The font folder of Debian and Ubuntu packages."""


@dataclass(frozen=True)
class FontSource:
    """A font in a file: its path below FONTS_DIR, and its index in a collection."""

    path: str
    index: int = 0
