"""Title, author and licence in the comments of shaders without a header."""

import re
from dataclasses import dataclass

from server.effects.source.plain_text import default_title, one_line

_COMMENT = re.compile(r"//([^\n]*)|/\*(.*?)(?:\*/|\Z)", re.DOTALL)
_KEY_LINE = re.compile(r"[\s*/#=-]{0,40}([\w -]{2,30}?)\s?:\s*(\S.*)")
_TAG_LINE = re.compile(r"[\s*/#=-]{0,40}@([A-Za-z][\w-]{1,24})\s{1,10}(\S.*)")
_AUTHOR_LINE = re.compile(r"(?i)[\s*/#=-]{0,40}(author|created by)\s{1,10}(\S.*)")
_KEYS = {
    "title": "title",
    "name": "title",
    "author": "credit",
    "authors": "credit",
    "credit": "credit",
    "credits": "credit",
    "creator": "credit",
    "created by": "credit",
    "license": "license",
    "licence": "license",
    "spdx-license-identifier": "license",
    "description": "description",
    "desc": "description",
    "categories": "categories",
    "tags": "categories",
}
_MAX_COMMENT_LINES = 400
_MAX_LINE_LENGTH = 2000
_MAX_CATEGORIES = 16


@dataclass(frozen=True)
class Credits:
    """The credits in the comments; empty if they are missing."""

    title: str
    description: str
    credit: str
    license: str
    categories: tuple[str, ...]


def read(effect_id: str, file: str, text: str) -> Credits:
    """Read lines such as ``// Author: Name`` or ``@license MIT``; the first of each counts."""
    facts: dict[str, str] = {}
    for line in _comment_lines(text):
        match = _TAG_LINE.match(line) or _KEY_LINE.match(line) or _AUTHOR_LINE.match(line)
        key = _KEYS.get(match[1].strip().lower()) if match else None
        if match and key and key not in facts:
            facts[key] = one_line(match[2], _MAX_LINE_LENGTH)
    tags = facts.get("categories", "").split(",")
    categories = tuple(tag.strip()[:40] for tag in tags if tag.strip())
    return Credits(
        title=facts.get("title", "")[:80] or default_title(effect_id, file),
        description=facts.get("description", ""),
        credit=facts.get("credit", "")[:200],
        license=facts.get("license", "")[:80],
        categories=categories[:_MAX_CATEGORIES],
    )


def _comment_lines(text: str) -> list[str]:
    lines: list[str] = []
    for match in _COMMENT.finditer(text):
        lines += (match[1] or match[2] or "").split("\n")
        if len(lines) > _MAX_COMMENT_LINES:
            break
    return [line[:_MAX_LINE_LENGTH] for line in lines[:_MAX_COMMENT_LINES]]
