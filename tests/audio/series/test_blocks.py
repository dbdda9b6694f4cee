"""Blocks cover a track, and what fails in one is raised."""

import threading

import numpy as np
import pytest

from server.audio.series.blocks import for_each_block


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 95])
def test_every_item_is_in_one_block(count: int) -> None:
    visits = np.zeros(count)

    def compute(first: int, last: int) -> None:
        assert first < last <= first + 10
        visits[first:last] += 1

    for_each_block(compute, count, 10)
    assert (visits == 1).all()


def test_the_error_of_the_earliest_block_is_raised() -> None:
    has_failed = threading.Event()

    def compute(first: int, last: int) -> None:
        if first == 30:
            assert has_failed.wait(10)
            raise ValueError("block at 30")
        if first == 40:
            has_failed.set()
            raise ValueError("block at 40")

    with pytest.raises(ValueError, match="block at 30"):
        for_each_block(compute, 100, 10)
