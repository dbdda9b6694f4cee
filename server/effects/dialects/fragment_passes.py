"""The passes of a plain shader that one text holds, as glslViewer and glslCanvas draw them.

A text is drawn once with the macro BUFFER_n defined for each `u_bufferN` that it samples, once with
DOUBLE_BUFFER_n for each `u_doubleBufferN`, then with none of them; where it has a part for
POSTPROCESSING, that picture is `u_scene`, and the text is drawn once more with that macro.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.effects.diagnostics import Text
from server.effects.dialects.conditions import active
from server.effects.effect import Target

SCENE = "u_scene"
_POST = "POSTPROCESSING"
_SAMPLER = re.compile(r"\buniform\s+(?:\w+p\s+)?sampler2D\s+(u_(b|doubleB)uffer(\d{1,2}))\s*;")
_SCENE = re.compile(rf"\buniform\s+(?:\w+p\s+)?sampler2D\s+{SCENE}\s*;")
_PYRAMID = re.compile(r"\b(?:CONVOLUTION_)?PYRAMID_(?:ALGORITHM|\d+)\b")
_DEPTH = re.compile(r"\buniform\s+(?:\w+p\s+)?sampler2D\s+(u_(?:scene|buffer)\w*Depth\w*)\s*;")


@dataclass(frozen=True)
class Drawn:
    """One draw of the text."""

    target: str | None = None
    """What it draws into; None is the picture."""
    defined: tuple[str, ...] = ()
    """The macros that are defined for it."""
    constants: tuple[str, ...] = ()
    """GLSL that differs from pass to pass."""


@dataclass(frozen=True)
class Plan:
    """All draws of a text, in order, and what they draw into."""

    draws: tuple[Drawn, ...] = (Drawn(),)
    targets: tuple[Target, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The macros that some draw defines."""
        return frozenset(name for one in self.draws for name in one.defined)


ONE = Plan()
"""A single draw, of the picture."""


def read(author: Text, code: str) -> Plan:
    """Read which passes a text draws.

    Args:
        author: the text.
        code: the same without comments.

    Raises:
        ToqiboxError: ``shader_rejected`` for what glslViewer draws and is not offered.
    """
    samplers = {match[1]: match for match in _SAMPLER.finditer(code)}
    draws = []
    for name in sorted(samplers, key=_turn):
        macro = _macro(samplers[name])
        if re.search(rf"\b{macro}\b", code):
            draws.append(Drawn(name, (macro,)))
    post = _SCENE.search(code) is not None and re.search(rf"\b{_POST}\b", code) is not None
    if not draws and not post:
        return ONE
    _refuse(author, code)
    draws += [Drawn(SCENE), Drawn(None, (_POST,))] if post else [Drawn()]
    return Plan(tuple(draws), _targets(code, draws))


def reads(code: str, name: str) -> bool:
    """Whether a text without comments samples a texture, apart from its declaration."""
    return re.search(rf"(?<!sampler2D )\b{name}\b(?!\s*;)", code) is not None


def _turn(name: str) -> tuple[bool, int]:
    """Double buffers come after the others (glslViewer's order)."""
    return "double" in name, int(re.sub(r"\D", "", name))


def _macro(match: re.Match[str]) -> str:
    return f"{'DOUBLE_' if match[2] != 'b' else ''}BUFFER_{match[3]}"


def _refuse(author: Text, code: str) -> None:
    if match := _PYRAMID.search(code):
        raise author.refusal("image pyramids of glslViewer are not offered", match.start())
    if match := _DEPTH.search(code):
        raise author.refusal(f"there is no depth here: “{match[1]}” is not offered", match.start(1))


def _targets(code: str, draws: Sequence[Drawn]) -> tuple[Target, ...]:
    """What is drawn into; kept where it is read before or while it is drawn in a frame."""
    known = {name for one in draws for name in one.defined}
    seen = [active(code, known, one.defined) for one in draws]
    found = []
    for at, one in enumerate(draws):
        if one.target is not None:
            early = any(reads(text, one.target) for text in seen[: at + 1])
            found.append(Target(name=one.target, persistent=early, floating=True))
    return tuple(found)
