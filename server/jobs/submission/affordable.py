"""Check of the expected duration of a job, by the costs measured on validation of its effects."""

from collections.abc import Mapping, Sequence

from server import processors
from server.config import Config
from server.effects.loops.slowest_loop import find_slowest_loop
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.machine import export_timeout_s, stall_timeout_s
from server.jobs.model.spec import Spec
from server.jobs.model.validation_result import ValidationResult
from server.jobs.submission.chain import CheckedEffect

_SAFETY_FACTOR = 4.0
"""A validation renders few pixels, with unoptimised machine code, at the defaults: a job is refused
only if it exceeds a limit by this factor."""


def check_cost(
    chain: Sequence[CheckedEffect],
    spec: Spec,
    validations: Mapping[str, ValidationResult],
    config: Config,
    *,
    software: bool,
) -> None:
    """Refuse a job that cannot end within its time limit.

    Args:
        chain: effects of the job.
        spec: size and number of its frames.
        validations: results of the effects by the keys of their sources; a missing one costs
            nothing.
        config: time limits of a job and of a frame.
        software: true on a software renderer.

    Raises:
        ToqiboxError: shader_rejected for the slowest effect, at its longest loop.
    """
    pixels = spec.width * spec.height
    cores = processors.available() if software else 1
    results = [validations.get(checked.source.key) or ValidationResult() for checked in chain]
    later_frames_s = [(result.fixed_s + result.pixel_s * pixels) / cores for result in results]
    first_frames_s = [
        frame_s + (result.still_fixed_s + result.still_pixel_s * pixels) / cores
        for result, frame_s in zip(results, later_frames_s, strict=True)
    ]
    videos_s = [
        first_s + frame_s * (spec.frames - 1)
        for first_s, frame_s in zip(first_frames_s, later_frames_s, strict=True)
    ]
    frame_limit_s = _SAFETY_FACTOR * stall_timeout_s(config, software=software)
    video_limit_s = _SAFETY_FACTOR * export_timeout_s(config, software=software)
    if sum(first_frames_s) > frame_limit_s:
        costs, limit_s, amount = first_frames_s, frame_limit_s, "a frame"
    elif sum(videos_s) > video_limit_s:
        costs, limit_s, amount = videos_s, video_limit_s, f"{spec.frames} frames"
    else:
        return
    slowest = max(range(len(chain)), key=lambda at: costs[at])
    text = (
        f"it is too slow for this video: {amount} of {spec.width}×{spec.height} would take about"
        f" {_format_s(costs[slowest])} here; the limit is {_format_s(limit_s)}"
    )
    checked, source = chain[slowest], chain[slowest].source
    diagnostics = diagnostic(source.file, source.text, find_slowest_loop(source.text), None, text)
    raise ToqiboxError(
        "shader_rejected",
        field=checked.field,
        name=source.id,
        diagnostics=[diagnostics],
        detail=text,
    )


def _format_s(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 3600 else f"{seconds / 3600:.3g} h"
