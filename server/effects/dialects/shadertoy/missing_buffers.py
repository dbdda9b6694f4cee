"""Warnings about channels of a Shadertoy that read a buffer which no pass draws."""

import re
from collections.abc import Iterator
from typing import Any

from server.effects.dialects.shadertoy import glsl as shadertoy_glsl
from server.effects.dialects.shadertoy.channels import CUBE, PASSES
from server.effects.dialects.shadertoy.project import Section, Toy
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import HOST, Text


def warnings(toy: Toy) -> Iterator[dict[str, Any]]:
    """A warning at the first use of each such channel: it reads transparent black."""
    drawn = {section.role for section in toy.sections}
    for section in toy.sections:
        for number, plugged in sorted(section.wires.items()):
            role = plugged.media.word
            missing = role in PASSES and role not in drawn
            if missing and shadertoy_glsl.reads(toy.codes(section.role), number):
                yield _warning(toy, section, number, role)


def _warning(toy: Toy, section: Section, number: int, role: str) -> dict[str, Any]:
    name = "Cube A" if role == CUBE else role.title()
    message = f"iChannel{number} reads {name}, which no pass draws: it is transparent black"
    hint = f"add a section “// Pass: {name}”, or let the channel read something else"
    listing = next(row for row in toy.listings if row.start == section.start - section.start % HOST)
    author = Text("", listing.file, listing.text)
    rows = listing.text.split("\n")[: section.line - 1]
    start = sum(len(row) + 1 for row in rows)
    used = re.compile(rf"\biCh(?:annel)?{number}\b").search(without_comments(listing.text), start)
    return author.warning(message, used.start() if used else start, hint)
