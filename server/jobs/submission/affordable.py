"""Check of the expected duration of a job, by the costs measured on validation of its effects."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.config import Config
from server.effects.loops.slowest_loop import find_slowest_loop
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.machine import export_timeout_s, stall_timeout_s
from server.jobs.model.spec import Spec
from server.jobs.model.validation_result import ValidationResult
from server.jobs.submission.chain import CheckedEffect
from server.process import processors

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
    cores = processors.available() if software else 1
    costs = [_Cost.of(checked, spec, validations, cores) for checked in chain]
    first_frames_s = [cost.first_s for cost in costs]
    videos_s = [cost.video_s(spec.frames) for cost in costs]
    frame_limit_s = _SAFETY_FACTOR * stall_timeout_s(config, software=software)
    video_limit_s = _SAFETY_FACTOR * export_timeout_s(config, software=software)
    if sum(first_frames_s) > frame_limit_s:
        seconds, limit_s, amount = first_frames_s, frame_limit_s, "a frame"
    elif sum(videos_s) > video_limit_s:
        seconds, limit_s, amount = videos_s, video_limit_s, f"{spec.frames} frames"
    else:
        return
    slowest = max(range(len(chain)), key=lambda at: seconds[at])
    text = (
        f"it is too slow for this video: {amount} of {spec.width}×{spec.height} would take about"
        f" {_format_s(seconds[slowest])} here; the limit is {_format_s(limit_s)}"
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


def max_processor_s(
    chain: Sequence[CheckedEffect], spec: Spec, validations: Mapping[str, ValidationResult]
) -> float:
    """Return the processor time that drawing may take, by the costs of its effects.

    Args:
        chain: its effects.
        spec: size and number of its frames.
        validations: see check_cost.
    """
    costs = [_Cost.of(checked, spec, validations) for checked in chain]
    return _SAFETY_FACTOR * sum(cost.video_s(spec.frames) for cost in costs)


class _Cost(NamedTuple):
    """Seconds that the frames of an effect take."""

    first_s: float
    later_s: float
    """Of each frame after the first one."""

    @classmethod
    def of(
        cls,
        checked: CheckedEffect,
        spec: Spec,
        validations: Mapping[str, ValidationResult],
        cores: int = 1,
    ) -> "_Cost":
        result = validations.get(checked.source.key) or ValidationResult()
        pixels = spec.width * spec.height
        later_s = (result.fixed_s + result.pixel_s * pixels) / cores
        still_s = (result.still_fixed_s + result.still_pixel_s * pixels) / cores
        return cls(later_s + still_s, later_s)

    def video_s(self, frames: int) -> float:
        return self.first_s + self.later_s * (frames - 1)


def _format_s(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 3600 else f"{seconds / 3600:.3g} h"
