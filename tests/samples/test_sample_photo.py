"""The sample photo has detail, and is the same every time."""

import io

import numpy as np
import pytest
from PIL import Image

from server.samples import sample_photo


@pytest.mark.slow
def test_jpeg_has_the_size_of_a_photo() -> None:
    with Image.open(io.BytesIO(sample_photo.jpeg())) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1600, 1067))


def test_photo_has_light_dark_and_detail() -> None:
    pixels = np.asarray(sample_photo.paint(400, 267), np.int16)
    grey = pixels.mean(axis=2)
    assert grey.min() < 20
    assert grey.max() > 240
    assert 60 < grey.mean() < 150
    assert np.abs(np.diff(grey, axis=1)).mean() > 2
    assert len(np.unique(pixels.reshape(-1, 3) // 16, axis=0)) > 150


def test_the_sun_is_right_of_the_middle() -> None:
    grey = np.asarray(sample_photo.paint(400, 267).convert("L"), np.int16)
    row, column = np.unravel_index(grey[:155].argmax(), (155, 400))  # above the shore
    assert 0.55 < column / 400 < 0.72
    assert 0.45 < row / 267 < 0.58


def test_photo_is_the_same_every_time() -> None:
    assert sample_photo.paint(160, 107).tobytes() == sample_photo.paint(160, 107).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (2, 90), (90, 2)])
def test_any_size_can_be_painted(size: tuple[int, int]) -> None:
    assert sample_photo.paint(*size).size == size
