"""Cells of a frame: the mean colours of their pixels, in linear light, from some of them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.render.flash_safety.cell_sampler import CellSampler, grid_shape

Picture = NDArray[np.floating[Any]]
"""Rows from the top, columns, and sRGB from 0 to 1."""
WEIGHTS = np.array((0.2126, 0.7152, 0.0722))
TOLERANCE = 0.02
"""Two steps of 8 bits in linear light, where they are largest."""


def nv12(picture: Picture) -> memoryview:
    """Convert a picture (ITU-R BT.709-6, items 3.2 to 3.5); chroma is the mean of four pixels."""
    luma = picture @ WEIGHTS
    chroma = (picture[:, :, [2, 0]] - luma[:, :, np.newaxis]) / (1.8556, 1.5748)
    height, width = luma.shape
    quarter = chroma.reshape(height // 2, 2, width // 2, 2, 2).mean(axis=(1, 3))
    planes = [(16 + 219 * luma).ravel(), (128 + 224 * quarter).ravel()]
    return memoryview(np.concatenate(planes).round().astype(np.uint8).tobytes())


def linear(values: Picture) -> Picture:
    """Convert sRGB (IEC 61966-2-1) to linear light."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def measured(picture: Picture) -> NDArray[np.float32]:
    """Measure the cells, rows from the top."""
    height, width = picture.shape[:2]
    return CellSampler((width, height)).measure(nv12(picture))[::-1]


def measured_grey(values: NDArray[Any]) -> NDArray[np.float32]:
    """Measure the light of the cells of a grey picture, rows from the top."""
    height, width = values.shape
    frame = np.full(height * width * 3 // 2, 128, np.uint8)
    frame[: height * width] = np.rint(16 + 219 * values).ravel()
    cells = CellSampler((width, height)).measure(memoryview(frame.tobytes()))[::-1]
    assert np.ptp(cells, axis=2).max() < 1e-3, "grey"
    return cells[:, :, 0]


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((1280, 720), (18, 32)),
        ((720, 1280), (32, 18)),
        ((1080, 1080), (25, 25)),
        ((1080, 1350), (25, 20)),
        ((64, 36), (18, 32)),
        ((38, 46), (23, 19)),
    ],
)
def test_cells_are_squares_of_any_frame(size: tuple[int, int], grid: tuple[int, int]) -> None:
    assert grid_shape(size) == grid


@pytest.mark.parametrize("size", [(64, 36), (38, 46), (16, 16), (640, 360), (1080, 1350)])
def test_a_flat_colour_is_exact(size: tuple[int, int]) -> None:
    for color in ((0.8, 0.1, 0.1), (0, 0, 1), (1, 0, 1), (0, 0, 0), (1, 1, 1)):
        flat = np.array(color, float)
        cells = measured(np.broadcast_to(flat, (size[1], size[0], 3)))
        assert cells.shape == (*grid_shape(size), 3)
        assert np.abs(cells - linear(flat)).max() < TOLERANCE


def test_every_cell_has_its_own_colour() -> None:
    colors = np.random.default_rng(1).random((18, 32, 3))
    cells = measured(np.kron(colors, np.ones((20, 20, 1))))
    assert np.abs(cells - linear(colors)).max() < TOLERANCE


def test_all_pixels_of_a_small_cell_count() -> None:
    values = np.random.default_rng(2).random((36, 64))
    exact = linear(values).reshape(18, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(measured_grey(values) - exact).max() < TOLERANCE


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1080)])
@pytest.mark.parametrize("axis", [0, 1])
def test_stripes_that_move_are_calm(size: tuple[int, int], axis: int) -> None:
    """No pattern of fine lines falls in step with the samples."""
    at = np.indices((size[1], size[0]))[axis]
    for period in (2, 3, 4):
        seen = [measured_grey((at + moved) % period < period // 2) for moved in range(period)]
        assert np.ptp(seen, axis=0).max() < 0.09


def test_noise_of_pixels_is_calm() -> None:
    random = np.random.default_rng(3)
    seen = np.stack([measured_grey(random.integers(0, 2, (720, 1280))) for _ in range(4)])
    assert seen.mean() == pytest.approx(0.5, abs=0.005)
    assert seen.std() < 0.03


def test_saturated_detail_is_as_bright_as_all_of_it() -> None:
    """Red dots: colours are sampled at few of them, luma at many."""
    dots = np.kron(np.random.default_rng(4).integers(0, 2, (360, 640)), np.ones((2, 2)))
    picture = np.zeros((720, 1280, 3))
    picture[:, :, 0] = dots
    exact = dots.reshape(18, 40, 32, 40).mean(axis=(1, 3))
    cells = measured(picture)
    assert np.abs(cells[:, :, 0] - exact).std() < 0.04
    assert cells[:, :, 1:].max() < 0.02
