"""Refuses jobs that could not end in their time, by what judging their effects measured."""

from collections.abc import Mapping, Sequence

from server import processors
from server.config import Config
from server.effects.diagnostics import diagnostic
from server.effects.longest_loop import longest_loop
from server.errors import ToqiboxError
from server.jobs.chain import Link
from server.jobs.health import export_timeout_s, stall_timeout_s
from server.jobs.spec import Spec
from server.jobs.verdict import Verdict

_DOUBT = 4.0
"""A judgement draws few pixels, with machine code that is not optimised, at the defaults: only
what takes so many times too long is refused."""


def enforce(
    chain: Sequence[Link],
    spec: Spec,
    verdicts: Mapping[str, Verdict],
    config: Config,
    *,
    software: bool,
) -> None:
    """Go on only with a job that may end in its time.

    Args:
        chain: its effects.
        spec: the size and number of its frames.
        verdicts: on the effects, by the keys of their sources; one that is missing costs nothing.
        config: how long a job may take, and a frame.
        software: whether the renderer is a software renderer.

    Raises:
        ToqiboxError: shader_rejected for the effect that takes the most, at its longest loop.
    """
    pixels = spec.width * spec.height
    cores = processors.available() if software else 1
    costs = [_frame_s(verdicts.get(link.source.key), pixels) / cores for link in chain]
    frame_s = sum(costs)
    film_s = frame_s * spec.frames
    stall_s = stall_timeout_s(config, software=software)
    limit_s = export_timeout_s(config, software=software)
    if frame_s <= _DOUBT * stall_s and film_s <= _DOUBT * limit_s:
        return
    link, cost = max(zip(chain, costs, strict=True), key=lambda pair: pair[1])
    limits = (
        f"a frame may take {_told(stall_s)}"
        if frame_s > _DOUBT * stall_s
        else f"{spec.frames} of them may take {_told(limit_s)}"
    )
    words = (
        f"it is too slow for this video: a frame of {spec.width}×{spec.height} takes about"
        f" {_told(cost)} here, and {limits}"
    )
    source = link.source
    found = diagnostic(source.file, source.text, longest_loop(source.text), None, words)
    raise ToqiboxError(
        "shader_rejected", field=link.field, name=source.id, diagnostics=[found], detail=words
    )


def _frame_s(verdict: Verdict | None, pixels: int) -> float:
    return verdict.fixed_s + verdict.pixel_s * pixels if verdict else 0.0


def _told(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 3600 else f"{seconds / 3600:.3g} h"
