"""Defects of a compiling effect that its frames show: lost values, blank output."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.effects.effect import Effect, Target
from server.effects.model.input import Kind
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AuthorFile, diagnostic
from server.render.gl.cubemap import CubeTarget
from server.render.gl.render_target import RenderTarget

BLACK_THRESHOLD = 0.5 / 255
"""The largest value that an 8-bit channel rounds to 0."""
_FINITE_HINT = (
    "divide by max(x, 1e-6), give sqrt, log and pow no negative values, and clamp what is kept"
)


def non_finite_warnings(
    effects: Sequence[Effect], persistent_targets: Mapping[str, RenderTarget | CubeTarget]
) -> list[dict[str, Any]]:
    """Return a warning for each persistent target that holds NaN or infinity after drawing.

    Only float targets can hold them; a value that is not finite usually stays and spreads.

    Args:
        effects: the chain.
        persistent_targets: by index in the chain and name, as Scene has them.
    """
    warnings = []
    for name, render_target in persistent_targets.items():
        if isinstance(render_target, CubeTarget) or not render_target.floating:
            continue
        share = 1.0 - float(np.isfinite(read_floats(render_target)).all(axis=-1).mean())
        if share > 0.0:
            index, _, target = name.partition(".")
            warnings.append(_warning(effects[int(index)], target, share))
    return warnings


def read_floats(render_target: RenderTarget) -> NDArray[np.float32]:
    """Read height by width by RGBA floats, top row first; bytes become 0 to 1."""
    width, height = render_target.size
    kind = np.float32 if render_target.floating else np.uint8
    pixels = np.frombuffer(render_target.read(), kind).reshape(height, width, 4)[::-1]
    return pixels.astype(np.float32) / np.float32(1 if render_target.floating else 255)


def _warning(effect: Effect, target: str, share: float) -> dict[str, Any]:
    name = target.removeprefix("st_").removeprefix("isfi").replace("_", " ")
    message = (
        f"the persistent target “{name}” holds NaN or infinity in {max(share, 0.01):.0%} of its"
        " pixels: they stay there from frame to frame"
    )
    for listing in effect.listings:
        if match := re.search(rf"\b{re.escape(target)}\b", listing.text):
            text = AuthorFile(effect.id, listing.file, listing.text)
            return text.warning(message, match.start(), _FINITE_HINT)
    return diagnostic(effect.file, "", None, None, message) | {
        "severity": "warning",
        "hint": _FINITE_HINT,
    }


def with_float_targets(effect: Effect) -> Effect:
    """Return the effect with float targets throughout, so that nothing is rounded or clamped."""
    name = effect.passes[-1].target or "isf_precise"
    targets = [replace(target, floating=True) for target in effect.targets]
    if all(target.name != name for target in targets):
        targets.append(Target(name=name, floating=True))
    last = replace(effect.passes[-1], target=name)
    return replace(effect, targets=tuple(targets), passes=(*effect.passes[:-1], last))


def explain_blank(effect: Effect, frames: list[NDArray[np.float32]]) -> str:
    """Return the likely reason for a blank output, as a clause.

    Args:
        effect: the effect that was drawn.
        frames: the frames as floats, height by width by RGBA.
    """
    stacked = np.stack(frames)
    color, alpha = stacked[..., :3], stacked[..., 3]
    if not np.isfinite(stacked).any():
        return f"every pixel is NaN or infinity: {_FINITE_HINT}"
    if np.isnan(stacked).any(axis=-1).mean() > 0.5:
        return f"most pixels are NaN: {_FINITE_HINT}"
    stacked = np.nan_to_num(stacked, posinf=0.0, neginf=0.0)
    brightest = float(color[np.isfinite(color)].max(initial=0.0))
    if brightest > BLACK_THRESHOLD and float(np.nan_to_num(alpha).max()) <= BLACK_THRESHOLD:
        return "its alpha is 0 in every pixel, which is fully transparent: write 1.0 to it"
    if 0.0 < brightest <= BLACK_THRESHOLD:
        return f"its brightest value is {brightest:.2g}, which rounds to black"
    return _explain_from_source(effect) or "every pixel is black"


def _explain_from_source(effect: Effect) -> str:
    """Return a reason for a blank output that the author's source shows."""
    code = "\n".join(without_comments(listing.text) for listing in effect.listings)
    unfilled = [
        str(match[0])
        for entry in effect.warnings
        if "stays 0" in entry["message"] and (match := re.search("“(.+?)”", entry["message"]))
    ]
    if not re.search(r"\b(?:gl_FragColor|gl_FragData|out|mainImage|transition)\b", code):
        return "nothing is written to gl_FragColor"
    if unfilled:
        return f"every pixel is black, perhaps because {', '.join(unfilled[:3])} stays 0"
    zero = [
        f"“{item.name}”"
        for item in effect.inputs
        if item.kind in (Kind.FLOAT, Kind.POINT, Kind.COLOR) and not np.any(item.default or 0)
    ]
    if zero:
        return f"every pixel is black, perhaps because the default of {', '.join(zero[:3])} is 0"
    return ""
