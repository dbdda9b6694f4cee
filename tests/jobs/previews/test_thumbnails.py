"""Thumbnails of a server that allows only videos shorter than the sample track."""

from decimal import Decimal

import pytest

from server.jobs.previews.thumbnails import TIME_S, part_of_sample
from server.samples.sample_track import DURATION_S


@pytest.mark.parametrize("longest", ["0.001", "1", "19", "19.74", "20", "20.5", "20.7"])
def test_a_thumbnail_is_from_a_part_that_is_allowed(longest: str) -> None:
    start, duration = part_of_sample(Decimal(longest))
    assert duration is not None
    assert 0 <= start < TIME_S < start + duration <= Decimal(DURATION_S)
    assert duration <= Decimal(longest)


def test_a_thumbnail_is_from_the_whole_track_if_that_is_allowed() -> None:
    assert part_of_sample(Decimal(240)) == (Decimal(0), None)
