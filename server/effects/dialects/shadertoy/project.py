"""A Shadertoy before it becomes an effect: what its JSON and its text form have in common."""

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
    """One of shadertoy_media.PASSES, or ``common``."""
    code: str
    line: int = 1
    """Number of its first line in its listing."""
    start: int = AUTHOR
    """Where the line numbers of its listing start."""
    channel_inputs: Mapping[int, ChannelInput] = field(default_factory=dict)
    """By the number of the channel."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What an author gave."""

    sections: tuple[Section, ...]
    """At most one of each role."""
    listings: tuple[Listing, ...]
    title: str = ""
    credit: str = ""
    license: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()

    def section(self, role: str) -> Section | None:
        """The section of that role."""
        return next((section for section in self.sections if section.role == role), None)

    def codes(self, role: str) -> list[str]:
        """All that a compiler is given of an author for that pass, without comments."""
        return [
            without_comments(section.code)
            for section in self.sections
            if section.role in (role, "common")
        ]


def licence_in(code: str) -> str:
    """The licence that comments in a text speak of; empty where none is known."""
    tags = " ".join(" ".join(match.split()) for match in COMMENT.findall(code))
    for pattern, name in _LICENSES.items():
        if re.search(pattern, tags, re.IGNORECASE):
            return name
    return ""


def categories(tags: Iterable[object]) -> tuple[str, ...]:
    """Tags as an effect has them."""
    names = (one_line(str(tag).replace(",", " "), 40) for tag in tags)
    return tuple(dict.fromkeys(name for name in names if name))[:16]
