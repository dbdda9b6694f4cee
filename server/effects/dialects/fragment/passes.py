"""The passes of a plain shader that one text holds, as glslViewer and glslCanvas draw them.

A text is drawn once with the macro BUFFER_n defined for each `u_bufferN` that it samples, once with
DOUBLE_BUFFER_n for each `u_doubleBufferN`, then with none of them; where it has a part for
POSTPROCESSING, that picture is `u_scene`, and the text is drawn once more with that macro.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.effects.dialects.fragment.declarations import Declaration, declarations
from server.effects.effect import Target
from server.effects.source.conditions import blank_inactive
from server.effects.source.diagnostic import AuthorFile

SCENE = "u_scene"
_POST = "POSTPROCESSING"
_BUFFER = re.compile(r"u_(b|doubleB)uffer(\d{1,2})")
_MACRO = re.compile(r"\b(?:CONVOLUTION_)?PYRAMID_(?:ALGORITHM|\d+)\b|\bFLOOD_(?:ALGORITHM|\d+)\b")
_PYRAMIDS = "image pyramids and flood fills of glslViewer are not drawn here"
_TEXTURES = (
    (re.compile(r"u_(?:convolutionPyramid|pyramid)(?:Tex)?\d*|u_flood\d*"), _PYRAMIDS),
    (re.compile(r"u_(?:scene|buffer|doubleBuffer)\w*Depth\w*"), "there is no depth in a photo"),
    (
        re.compile(r"u_scene(?:Normal|Position)\w*|u_lightShadowMap|u_ssao"),
        "there is no geometry behind a photo",
    ),
)
"""Names of textures that glslViewer draws by itself and no effect is given, and why."""


@dataclass(frozen=True)
class PlannedDraw:
    """One draw of the text."""

    target: str | None = None
    """What it draws into; None is the picture."""
    defined: tuple[str, ...] = ()
    """The macros that are defined for it."""
    constants: tuple[str, ...] = ()
    """GLSL that differs from pass to pass."""


@dataclass(frozen=True)
class PassPlan:
    """All draws of a text, in order, and what they draw into."""

    draws: tuple[PlannedDraw, ...] = (PlannedDraw(),)
    targets: tuple[Target, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The macros that some draw defines."""
        return frozenset(name for draw in self.draws for name in draw.defined)


SINGLE_PASS = PassPlan()
"""A single draw, of the picture."""


def read(author: AuthorFile, code: str) -> PassPlan:
    """Read which passes a text draws.

    Args:
        author: the text.
        code: the same without comments.

    Raises:
        ToqiboxError: ``shader_rejected`` for what glslViewer draws and is not offered.
    """
    textures = [
        item
        for item in declarations(author.text)
        if item.storage == "uniform" and item.type == "sampler2D"
    ]
    _refuse_textures(author, textures)
    named = {item.name: _BUFFER.fullmatch(item.name) for item in textures}
    samplers = {name: match for name, match in named.items() if match is not None}
    draws = []
    for name in sorted(samplers, key=_draw_order):
        macro = _macro(samplers[name])
        if re.search(rf"\b{macro}\b", code):
            draws.append(PlannedDraw(name, (macro,)))
    has_post_pass = SCENE in named and re.search(rf"\b{_POST}\b", code) is not None
    if not draws and not has_post_pass:
        return SINGLE_PASS
    if automatic := _MACRO.search(code):
        raise author.refusal(_PYRAMIDS, automatic.start())
    draws += [PlannedDraw(SCENE), PlannedDraw(None, (_POST,))] if has_post_pass else [PlannedDraw()]
    return PassPlan(tuple(draws), _targets(code, draws))


def reads(code: str, name: str) -> bool:
    """Whether a text without comments samples a texture, apart from its declaration."""
    return re.search(rf"(?<!sampler2D )\b{name}\b(?!\s*;)", code) is not None


def _draw_order(name: str) -> tuple[bool, int]:
    """Double buffers come after the others (glslViewer's order)."""
    return "double" in name, int(re.sub(r"\D", "", name))


def _macro(match: re.Match[str]) -> str:
    return f"{'DOUBLE_' if match[1] != 'b' else ''}BUFFER_{match[2]}"


def _refuse_textures(author: AuthorFile, textures: Sequence[Declaration]) -> None:
    """Refuse the textures that glslViewer draws by itself and no effect is given."""
    for item in textures:
        for pattern, reason in _TEXTURES:
            if pattern.fullmatch(item.name):
                reason_text = f"“{item.name}” is not offered: {reason}"
                place = re.compile(rf"\b{item.name}\b").search(author.text, item.start)
                raise author.refusal(reason_text, place.start() if place else item.start)


def _targets(code: str, draws: Sequence[PlannedDraw]) -> tuple[Target, ...]:
    """What is drawn into; kept where it is read before or while it is drawn in a frame."""
    known = {name for draw in draws for name in draw.defined}
    active_codes = [blank_inactive(code, known, draw.defined) for draw in draws]
    targets = []
    for at, draw in enumerate(draws):
        if draw.target is not None:
            read_early = any(reads(text, draw.target) for text in active_codes[: at + 1])
            targets.append(Target(name=draw.target, persistent=read_early, floating=True))
    return tuple(targets)
