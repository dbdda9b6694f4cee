"""Warnings about channels of a Shadertoy that read a buffer which no pass draws."""

import re
from collections.abc import Iterator
from typing import Any

from server.effects.dialects.shadertoy import glsl as shadertoy_glsl
from server.effects.dialects.shadertoy.channels import CUBE, PASSES
from server.effects.dialects.shadertoy.project import Project, Section
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import HOST, AuthorFile


def warnings(project: Project) -> Iterator[dict[str, Any]]:
    """Yield a warning at the first use of each such channel: it reads transparent black."""
    drawn = {section.role for section in project.sections}
    for section in project.sections:
        for number, channel_input in sorted(section.channel_inputs.items()):
            role = channel_input.media.word
            missing = role in PASSES and role not in drawn
            if missing and shadertoy_glsl.reads(project.codes(section.role), number):
                yield _warning(project, section, number, role)


def _warning(project: Project, section: Section, number: int, role: str) -> dict[str, Any]:
    name = "Cube A" if role == CUBE else role.title()
    message = f"iChannel{number} reads {name}, which no pass draws: it is transparent black"
    hint = f"add a section “// Pass: {name}”, or let the channel read something else"
    listing = next(
        item for item in project.listings if item.start == section.start - section.start % HOST
    )
    author_file = AuthorFile("", listing.file, listing.text)
    lines = listing.text.split("\n")[: section.line - 1]
    start = sum(len(item) + 1 for item in lines)
    first_use = re.compile(rf"\biCh(?:annel)?{number}\b").search(
        without_comments(listing.text), start
    )
    return author_file.warning(message, first_use.start() if first_use else start, hint)
