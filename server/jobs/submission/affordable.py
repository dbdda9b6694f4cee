"""Check of the expected duration of a job, by the costs of its effects in jobs and validations."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from server.config import Config
from server.effects.loops.slowest_loop import find_slowest_loop
from server.effects.source.diagnostic import diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.machine import export_timeout_s, stall_timeout_s
from server.jobs.model.validation_result import ValidationResult
from server.jobs.model.work.frame_costs import FrameCost
from server.jobs.submission.chain import CheckedEffect
from server.process import processors

_SAFETY_FACTOR = 4.0
"""A validation renders few pixels, with unoptimised machine code, at the defaults: a job is refused
only if it exceeds a limit by this factor."""
_MEASURED_FACTOR = 2.0
"""The same for the cost of finished jobs: their params, and the load of the machine, may differ."""


class Work(Protocol):
    """Frames to be drawn."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def frames(self) -> int: ...


class Video(NamedTuple):
    """The frames of a video that is requested."""

    width: int
    height: int
    frames: int
    fps: int
    frame_s: float | None = None
    """Seconds of a frame by finished jobs like it; None if there are none."""


def measured_frame_s(
    chain: Sequence[CheckedEffect], pixels: int, costs: Sequence[FrameCost], slots: int
) -> float | None:
    """Return the seconds of a frame by finished jobs of these effects and this size, if any.

    Args:
        chain: the effects; sources of clients have no cost of their own.
        pixels: of a frame.
        costs: those of the store.
        slots: that may work for a job at one time.
    """
    if any(checked.source.custom for checked in chain):
        return None
    effect = "+".join(checked.source.id for checked in chain)
    slot_s = [cost[2] for cost in costs if cost[:2] == (effect, pixels)]
    return slot_s[0] / max(1, slots) if slot_s else None


def check_cost(
    chain: Sequence[CheckedEffect],
    work: Work,
    validations: Mapping[str, ValidationResult],
    config: Config,
    *,
    software: bool,
) -> None:
    """Refuse frames that cannot be drawn within the time limit of a job.

    Args:
        chain: their effects.
        work: size and number of the frames; a Video may be refused for its length alone.
        validations: results of the effects by the keys of their sources; a missing one costs
            nothing.
        config: time limits of a job and of a frame.
        software: True on a software renderer.

    Raises:
        ToqiboxError: video_too_costly if a shorter video could be drawn, else shader_rejected for
            the slowest effect, at its longest loop.
    """
    cores = processors.available() if software else 1
    costs = [_Cost.of(checked, work, validations, cores) for checked in chain]
    first_frames_s = [cost.first_s for cost in costs]
    frame_limit_s = _SAFETY_FACTOR * stall_timeout_s(config, software=software)
    if sum(first_frames_s) > frame_limit_s:
        raise _too_slow(chain, work, first_frames_s, frame_limit_s, "a frame")
    videos_s = [cost.video_s(work.frames) for cost in costs]
    expected_s, factor = sum(videos_s), _SAFETY_FACTOR
    job_s = export_timeout_s(config, software=software)
    if isinstance(work, Video) and work.frame_s is not None:
        # An effect may have been changed since: its validation has to exceed the limit too.
        factor = _MEASURED_FACTOR
        expected_s = min(work.frame_s * work.frames, factor * expected_s)
    if expected_s <= factor * job_s:
        return
    possible_s = int(work.frames * job_s / expected_s) // work.fps if isinstance(work, Video) else 0
    if possible_s:
        detail = f"{work.frames} frames would take about {_format_s(expected_s)}"
        raise ToqiboxError("video_too_costly", field="duration", limit=possible_s, detail=detail)
    raise _too_slow(chain, work, videos_s, factor * job_s, f"{work.frames} frames")


def _too_slow(
    chain: Sequence[CheckedEffect],
    work: Work,
    seconds: Sequence[float],
    limit_s: float,
    amount: str,
) -> ToqiboxError:
    """Return the error for frames that take `seconds` by effect, at the longest loop."""
    slowest = max(range(len(chain)), key=lambda at: seconds[at])
    text = (
        f"it is too slow for this video: {amount} of {work.width}×{work.height} would take about"
        f" {_format_s(seconds[slowest])} here; the limit is {_format_s(limit_s)}"
    )
    checked, source = chain[slowest], chain[slowest].source
    diagnostics = diagnostic(source.file, source.text, find_slowest_loop(source.text), None, text)
    return ToqiboxError(
        "shader_rejected",
        field=checked.field,
        name=source.id,
        diagnostics=[diagnostics],
        detail=text,
    )


def max_processor_s(
    chain: Sequence[CheckedEffect], work: Work, validations: Mapping[str, ValidationResult]
) -> float:
    """Return the processor time that drawing may take, by the costs of its effects.

    Args:
        chain: its effects.
        work: size and number of its frames.
        validations: see check_cost.
    """
    costs = [_Cost.of(checked, work, validations) for checked in chain]
    return _SAFETY_FACTOR * sum(cost.video_s(work.frames) for cost in costs)


class _Cost(NamedTuple):
    """Seconds that the frames of an effect take."""

    first_s: float
    later_s: float
    """Of each frame after the first one."""

    @classmethod
    def of(
        cls,
        checked: CheckedEffect,
        work: Work,
        validations: Mapping[str, ValidationResult],
        cores: int = 1,
    ) -> "_Cost":
        result = validations.get(checked.source.key) or ValidationResult()
        pixels = work.width * work.height
        later_s = (result.fixed_s + result.pixel_s * pixels) / cores
        still_s = (result.still_fixed_s + result.still_pixel_s * pixels) / cores
        return cls(later_s + still_s, later_s)

    def video_s(self, frames: int) -> float:
        return self.first_s + self.later_s * (frames - 1)


def _format_s(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 3600 else f"{seconds / 3600:.3g} h"
