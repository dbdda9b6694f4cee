"""Expected seconds of the steps of a job: the weights of its progress, and its first estimate."""

from dataclasses import dataclass
from enum import Enum, auto

_ANALYSIS_S, _ANALYSIS_S_PER_S = 0.45, 0.03
_START_S = 1.0
"""Between 0.4 with shaders in the cache of the driver and 3 without."""
_COUNT_S, _COUNT_S_PER_FRAME = 0.05, 1e-4
_MUX_S, _MUX_S_PER_S = 0.45, 0.002
"""Fixed and proportional parts, on two cores: `python -m bench.latency`, `bench.analysis` and
`bench.flashes`."""
_STEEPNESS = 1.5
"""Of the share that a step reaches by its time: 65 % if it takes as long as expected, 97 % if ten
times as long, so that it always moves on."""


class Step(Enum):
    """Steps of a job that have a share of its progress, in their order."""

    ANALYSIS = auto()
    START = auto()
    """Until the first frame: the context and the shaders of the first segment."""
    DRAWING = auto()
    COUNT = auto()
    """Of the flashes; segments that are drawn again, dimmed, belong to it."""
    MUX = auto()


@dataclass(frozen=True, kw_only=True)
class WorkEstimate:
    """Expected seconds of each step of a job."""

    seconds: dict[Step, float]

    @classmethod
    def of(
        cls, frames: int, fps: int, frame_s: float, *, counts_flashes: bool = True
    ) -> "WorkEstimate":
        """Return the estimate for a video.

        Args:
            frames: of the video.
            fps: frames per second.
            frame_s: expected seconds of a frame.
            counts_flashes: False for a video that may flash.
        """
        video_s = frames / fps
        return cls(
            seconds={
                Step.ANALYSIS: _ANALYSIS_S + _ANALYSIS_S_PER_S * video_s,
                Step.START: _START_S,
                Step.DRAWING: frames * frame_s,
                Step.COUNT: (_COUNT_S + _COUNT_S_PER_FRAME * frames) if counts_flashes else 0.0,
                Step.MUX: _MUX_S + _MUX_S_PER_S * video_s,
            }
        )

    @property
    def total_s(self) -> float:
        """Expected seconds of all steps."""
        return sum(self.seconds.values())

    def share_done(self, done: dict[Step, float]) -> float:
        """Return the done share of the work.

        Args:
            done: share of each step that is done, 0 to 1; steps that are missing have not begun.
        """
        return sum(self.seconds[step] * share for step, share in done.items()) / self.total_s

    def left_s(self, done: dict[Step, float]) -> float:
        """Return the expected seconds of all steps except drawing that are left."""
        return sum(
            seconds * (1 - done.get(step, 0.0))
            for step, seconds in self.seconds.items()
            if step is not Step.DRAWING
        )

    def timed_share(self, step: Step, elapsed_s: float) -> float:
        """Return the share of a step that is probably done after a time; always less than 1."""
        expected_s = self.seconds[step]
        return 1 - (1 + elapsed_s / expected_s) ** -_STEEPNESS if expected_s else 0.0
