"""A Shadertoy before conversion to an effect: the common form of its JSON and text forms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.effects.dialects.shadertoy.channels import ChannelInput
from server.effects.source.blanking import COMMENT, without_comments
from server.effects.source.diagnostic import AUTHOR, Listing
from server.effects.source.plain_text import one_line

_LICENSES = {
    r"\bMIT\b.{0,20}\blicen[sc]e|licen[sc]e\W{0,5}MIT\b": "MIT",
    r"\bCC0\b|public domain": "CC0-1.0",
    r"\bunlicense\b": "Unlicense",
    r"\bWTFPL\b": "WTFPL",
    r"\bApache\b.{0,20}2\.0": "Apache-2.0",
    r"\bBSD\b.{0,20}licen[sc]e|licen[sc]e\W{0,5}BSD\b": "BSD",
    r"\bA?GPL": "GPL",
    r"(?:CC|Creative Commons)\W{0,3}(?:BY|Attribution)\W{0,3}(?:NC|Non-?Commercial)\W{0,3}"
    r"(?:SA|Share-?Alike)": "CC BY-NC-SA 3.0",
    r"(?:CC|Creative Commons)\W{0,3}(?:BY|Attribution)\W{0,3}(?:SA|Share-?Alike)": "CC BY-SA",
    r"(?:CC|Creative Commons)\W{0,3}(?:BY|Attribution)\W{0,3}(?:NC|Non-?Commercial)": "CC BY-NC",
    r"\bCC\W{0,3}BY\b|Creative Commons Attribution": "CC BY",
    r"all rights reserved": "All rights reserved",
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """The text of a pass, or the common one."""

    role: str
    """One of channels.PASSES, or ``common``."""
    code: str
    line: int = 1
    """Number of its first line in its listing."""
    start: int = AUTHOR
    """First line number of its listing."""
    channel_inputs: Mapping[int, ChannelInput] = field(default_factory=dict)
    """Channels by their numbers."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project of an author."""

    sections: tuple[Section, ...]
    """At most one of each role."""
    listings: tuple[Listing, ...]
    title: str = ""
    credit: str = ""
    license: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()

    def section(self, role: str) -> Section | None:
        """Return the section of that role."""
        return next((section for section in self.sections if section.role == role), None)

    def codes(self, role: str) -> list[str]:
        """Return all texts of an author that are compiled for a pass, without comments."""
        return [
            without_comments(section.code)
            for section in self.sections
            if section.role in (role, "common")
        ]


def licence_in(code: str) -> str:
    """Return the licence that comments in a text name; empty if none is known."""
    tags = " ".join(" ".join(match.split()) for match in COMMENT.findall(code))
    for pattern, name in _LICENSES.items():
        if re.search(pattern, tags, re.IGNORECASE):
            return name
    return ""


def categories(tags: Iterable[object]) -> tuple[str, ...]:
    """Convert tags to categories of an effect."""
    names = (one_line(str(tag).replace(",", " "), 40) for tag in tags)
    return tuple(dict.fromkeys(name for name in names if name))[:16]
