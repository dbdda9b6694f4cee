"""The plot of a track has as many strips of 30 s as the track fills."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.audio.features import Features, analyse
from server.audio.plot import plot
from server.protocol.prepared_audio import SAMPLE_RATE


@pytest.fixture
def height(make_wav: Callable[..., Path], tmp_path: Path) -> Callable[[float], int]:
    """Return the height of the plot of so many seconds."""

    def measure(seconds: float) -> int:
        folder = tmp_path / f"{seconds}"
        analyse(make_wav(np.zeros(round(seconds * SAMPLE_RATE), np.float32)), folder)
        plot(Features(folder), [], folder / "plot.png")
        with Image.open(folder / "plot.png") as image:
            return image.height

    return measure


@pytest.mark.slow
def test_a_track_that_ends_with_a_strip_has_no_empty_one_after_it(
    height: Callable[[float], int],
) -> None:
    one_strip = height(1)
    assert height(0.01) == height(30) == one_strip
    assert 1.9 * one_strip < height(30.5) < 2.1 * one_strip
