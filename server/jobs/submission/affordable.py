"""Refuses jobs that could not end in their time, by what judging their effects measured."""

from collections.abc import Mapping, Sequence

from server import processors
from server.config import Config
from server.effects.loops.longest_loop import longest_loop
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.machine import export_timeout_s, stall_timeout_s
from server.jobs.model.spec import Spec
from server.jobs.model.validation_result import Verdict
from server.jobs.submission.chain import Link

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
    judged = [verdicts.get(link.source.key) or Verdict() for link in chain]
    frames = [(one.fixed_s + one.pixel_s * pixels) / cores for one in judged]
    firsts = [
        frame_s + (one.still_fixed_s + one.still_pixel_s * pixels) / cores
        for one, frame_s in zip(judged, frames, strict=True)
    ]
    films = [
        first_s + frame_s * (spec.frames - 1)
        for first_s, frame_s in zip(firsts, frames, strict=True)
    ]
    frame_limit_s = _DOUBT * stall_timeout_s(config, software=software)
    film_limit_s = _DOUBT * export_timeout_s(config, software=software)
    if sum(firsts) > frame_limit_s:
        costs, limit_s, what = firsts, frame_limit_s, "a frame"
    elif sum(films) > film_limit_s:
        costs, limit_s, what = films, film_limit_s, f"{spec.frames} frames"
    else:
        return
    slowest = max(range(len(chain)), key=lambda at: costs[at])
    words = (
        f"it is too slow for this video: {what} of {spec.width}×{spec.height} would take about"
        f" {_told(costs[slowest])} here; the limit is {_told(limit_s)}"
    )
    link, source = chain[slowest], chain[slowest].source
    found = diagnostic(source.file, source.text, longest_loop(source.text), None, words)
    raise ToqiboxError(
        "shader_rejected", field=link.field, name=source.id, diagnostics=[found], detail=words
    )


def _told(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 3600 else f"{seconds / 3600:.3g} h"
