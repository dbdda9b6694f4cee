"""The passes that one text of a plain shader draws, as in glslViewer and glslCanvas.

A text is drawn once with the macro BUFFER_n defined for each `u_bufferN` that it samples, once with
DOUBLE_BUFFER_n for each `u_doubleBufferN`, then with none of them; if it has a part for
POSTPROCESSING, that image is `u_scene`, and the text is drawn once more with that macro.
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
_PYRAMIDS = "image pyramids and flood fills of glslViewer are not supported"
_TEXTURES = (
    (re.compile(r"u_(?:convolutionPyramid|pyramid)(?:Tex)?\d*|u_flood\d*"), _PYRAMIDS),
    (re.compile(r"u_(?:scene|buffer|doubleBuffer)\w*Depth\w*"), "a photo has no depth"),
    (
        re.compile(r"u_scene(?:Normal|Position)\w*|u_lightShadowMap|u_ssao"),
        "a photo has no geometry",
    ),
)
"""Names of textures that only glslViewer draws, and why they are not supported."""


@dataclass(frozen=True)
class PlannedDraw:
    """One draw call of the text."""

    target: str | None = None
    """Name of its target; None is the output."""
    defined: tuple[str, ...] = ()
    """Macros that are defined for it."""
    constants: tuple[str, ...] = ()
    """GLSL constants that differ from pass to pass."""


@dataclass(frozen=True)
class PassPlan:
    """All draw calls of a text, in order, and their targets."""

    draws: tuple[PlannedDraw, ...] = (PlannedDraw(),)
    targets: tuple[Target, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """Macros that some draw call defines."""
        return frozenset(name for draw in self.draws for name in draw.defined)


SINGLE_PASS = PassPlan()
"""A single draw call, of the output."""


def read(author_file: AuthorFile, code: str) -> PassPlan:
    """Read the passes of a text.

    Args:
        author_file: the text.
        code: the same without comments.

    Raises:
        ToqiboxError: ``shader_rejected`` for unsupported passes of glslViewer.
    """
    textures = [
        declaration
        for declaration in declarations(author_file.text)
        if declaration.storage == "uniform" and declaration.type == "sampler2D"
    ]
    _refuse_textures(author_file, textures)
    named = {declaration.name: _BUFFER.fullmatch(declaration.name) for declaration in textures}
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
        raise author_file.refusal(_PYRAMIDS, automatic.start())
    draws += [PlannedDraw(SCENE), PlannedDraw(None, (_POST,))] if has_post_pass else [PlannedDraw()]
    return PassPlan(tuple(draws), _targets(code, draws))


def samples_texture(code: str, name: str) -> bool:
    """Report if a text without comments samples a texture, apart from its declaration."""
    return re.search(rf"(?<!sampler2D )\b{name}\b(?!\s*;)", code) is not None


def _draw_order(name: str) -> tuple[bool, int]:
    """Return the sort key: double buffers come after the others, as in glslViewer."""
    return "double" in name, int(re.sub(r"\D", "", name))


def _macro(match: re.Match[str]) -> str:
    return f"{'DOUBLE_' if match[1] != 'b' else ''}BUFFER_{match[2]}"


def _refuse_textures(author_file: AuthorFile, textures: Sequence[Declaration]) -> None:
    """Reject textures that only glslViewer draws."""
    for declaration in textures:
        for pattern, reason in _TEXTURES:
            if pattern.fullmatch(declaration.name):
                reason_text = f"“{declaration.name}” is not supported: {reason}"
                name_match = re.compile(rf"\b{declaration.name}\b").search(
                    author_file.text, declaration.start
                )
                raise author_file.refusal(
                    reason_text, name_match.start() if name_match else declaration.start
                )


def _targets(code: str, draws: Sequence[PlannedDraw]) -> tuple[Target, ...]:
    """Return the targets; one that is read before or while it is drawn is persistent."""
    known = {name for draw in draws for name in draw.defined}
    active_codes = [blank_inactive(code, known, draw.defined) for draw in draws]
    targets = []
    for at, draw in enumerate(draws):
        if draw.target is not None:
            read_early = any(samples_texture(text, draw.target) for text in active_codes[: at + 1])
            targets.append(Target(name=draw.target, persistent=read_early, floating=True))
    return tuple(targets)
