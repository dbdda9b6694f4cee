"""Dialects of effect files: each module turns a text into the one internal form."""

from server.effects.diagnostics import Text
from server.effects.dialects import isf
from server.effects.effect import Effect

SUFFIXES = (".fs",)
"""Endings of files that hold an effect."""
VERTEX_SUFFIXES = (".vs", ".vert")
"""Endings of the file beside it that may hold its vertex shader."""
LARGEST = 256 * 1024
"""Characters and bytes that an effect's text may have."""


def load(effect_id: str, file: str, text: str, vertex: str | None = None) -> Effect:
    """Read an effect in whichever dialect it is written.

    Args:
        effect_id: the id it will have.
        file: its file name, for diagnostics.
        text: what the file holds.
        vertex: what the vertex shader's file beside it holds, if there is one.

    Raises:
        ToqiboxError: ``shader_compile_failed`` with diagnostics where the text cannot be read,
            ``shader_rejected`` with a reason where it asks for what is not offered.
    """
    if len(text) > LARGEST or len(vertex or "") > LARGEST:
        raise Text(effect_id, file, "").refusal(f"it is larger than {LARGEST // 1024} kB")
    return isf.parse(effect_id, file, text, vertex)


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 with or without a mark at its start, else Latin-1."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
