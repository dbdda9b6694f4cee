"""Progress of a cut that is being made."""

import time
from enum import StrEnum


class CutStep(StrEnum):
    """Steps of making a cut, in order."""

    DECODE = "decode"
    ANALYSE = "analyse"
    ENCODE = "encode"


class CutProgress:
    """The done share of the expected work; a step moves with its time, never beyond its share.

    Args:
        decoded_s: seconds of the track that are decoded.
        cut_s: seconds of the cut.
    """

    def __init__(self, decoded_s: float, cut_s: float) -> None:
        # Typical seconds on two cores of 2023.
        self._expected_s = {
            CutStep.DECODE: 0.5 + 0.005 * decoded_s,
            CutStep.ANALYSE: 1.0 + 0.06 * cut_s,
            CutStep.ENCODE: 0.3 + 0.003 * cut_s,
        }
        self._step: CutStep | None = None
        self._began = 0.0

    def begin(self, step: CutStep) -> None:
        """Begin a step; those before it are done."""
        self._step, self._began = step, time.monotonic()

    @property
    def share(self) -> float:
        """The progress, 0 to less than 1; never falls."""
        if self._step is None:
            return 0.0
        steps = list(CutStep)
        done_s = sum(self._expected_s[step] for step in steps[: steps.index(self._step)])
        elapsed_s, expected_s = time.monotonic() - self._began, self._expected_s[self._step]
        current_s = expected_s * elapsed_s / (elapsed_s + expected_s)
        return (done_s + current_s) / sum(self._expected_s.values())
