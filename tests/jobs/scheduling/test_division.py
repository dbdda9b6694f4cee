"""Division of a job among slots and processors."""

from decimal import Decimal
from typing import Any

import pytest

from server.jobs.scheduling.division import Division, Share, divide


def _divide(
    seconds: float, *, cores: int = 2, slots: int = 2, alone: bool = True, **more: Any
) -> Division:
    share = Share(slots=slots, cores=cores, alone=alone)
    options = {"max_segment_s": Decimal(10), "sequential": False, **more}
    return divide(round(seconds * 30), 30, share=share, **options)


@pytest.mark.parametrize(
    ("seconds", "slots", "max_s", "segment_frames"),
    [
        (0.1, 2, "10", 3),
        (3.9, 2, "10", 117),  # halves would be shorter than two seconds
        (4, 2, "10", 60),
        (8, 2, "10", 120),
        (8, 4, "10", 60),
        (8, 8, "10", 60),
        (30, 2, "10", 225),  # four segments rather than three
        (240, 2, "10", 300),
        (8, 1, "10", 240),
        (3, 2, "1", 30),  # segments that are short anyway are not cut further
        (1, 2, "0.01", 1),
        (8, 0, "10", 240),
    ],
)
def test_segments_are_shared_by_all_slots(
    seconds: float, slots: int, max_s: str, segment_frames: int
) -> None:
    assert (
        _divide(seconds, slots=slots, max_segment_s=Decimal(max_s)).segment_frames == segment_frames
    )


def test_segments_of_a_sequential_effect_are_not_cut_for_more_slots() -> None:
    assert _divide(8, sequential=True).segment_frames == 240
    assert _divide(30, sequential=True).segment_frames == 300


@pytest.mark.parametrize(
    ("slots", "cores", "threads"), [(2, 64, 16), (2, 6, 3), (2, 1, 1), (1, 1, 1)]
)
def test_slots_share_the_processors_for_encoding(slots: int, cores: int, threads: int) -> None:
    assert _divide(30, slots=slots, cores=cores).threads == threads


def test_a_job_that_uses_one_slot_has_the_idle_processors_too() -> None:
    assert _divide(3, cores=8).threads == 8
    assert _divide(30, cores=8, sequential=True).threads == 8
    assert _divide(3, cores=8, alone=False).threads == 4
