"""A font as a place on disk."""

from dataclasses import dataclass
from pathlib import Path

HOME = Path("/usr/share/fonts")
"""Where Debian's and Ubuntu's packages put fonts."""


@dataclass(frozen=True)
class Source:
    """A font in a file: its path below HOME, and its place in a collection."""

    path: str
    index: int = 0
