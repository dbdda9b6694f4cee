"""A font as a place on disk."""

from dataclasses import dataclass
from pathlib import Path

FONTS_DIR = Path("/usr/share/fonts")
"""Where Debian's and Ubuntu's packages put fonts."""


@dataclass(frozen=True)
class FontSource:
    """A font in a file: its path below FONTS_DIR, and its place in a collection."""

    path: str
    index: int = 0
