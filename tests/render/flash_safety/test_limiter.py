"""Limiting of flashes: never more than necessary, and nothing else."""

import numpy as np
import pytest

from server.render.flash_safety.detector import count_flashes
from server.render.flash_safety.limiter import limit_flashes, resample_gains
from tests.render.flash_safety.test_detector import (
    COLUMNS,
    FPS,
    ROWS,
    CellColors,
    find_flashing,
    grey_cells,
    rates,
    square,
)


def dimmed(cell_colors: CellColors, fps: int = FPS) -> CellColors:
    """Return the colours as the video shows them, which must be within the limit."""
    gains = limit_flashes(cell_colors, fps)
    assert gains is not None
    assert gains.max() <= 1
    assert gains.min() >= 0
    seen = resample_gains(gains.reshape(len(gains), -1), cell_colors.shape[1:3])
    limited: CellColors = cell_colors * seen.reshape(*gains.shape, 1)
    assert find_flashing(limited, fps) == []
    return limited


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("hertz", [3.5, 5, 12])
def test_a_strobe_is_limited(hertz: float, fps: int) -> None:
    cell_colors = grey_cells(square(hertz, 4, 0.2, 0.8, fps))
    limited = dimmed(cell_colors, fps)
    assert (limited <= cell_colors).all()
    # The bright half is dimmed, the dark half stays, and a change just below a flash remains.
    within = limited[fps:-fps]
    assert within.min() == pytest.approx(0.2, abs=0.002)
    assert 0.08 <= within.max() - 0.2 <= 0.1


def test_allowed_flashes_are_unchanged() -> None:
    slow = 0.5 + 0.5 * np.sin(np.arange(10 * FPS) / FPS * 2 * np.pi)
    calm = [
        grey_cells(square(2, 4, 0, 1)),
        grey_cells(square(8, 4, 0, 1), 2),
        grey_cells(slow.astype(np.float32)),
    ]
    for cell_colors in calm:
        assert limit_flashes(cell_colors, FPS) is None


def test_only_the_interval_is_dimmed() -> None:
    before = 0.5 + 0.4 * np.sin(np.arange(5 * FPS) / FPS * 2 * np.pi)
    light = np.concatenate([before, square(5, 2, 0.2, 0.8), before]).astype(np.float32)
    gains = limit_flashes(grey_cells(light), FPS)
    assert gains is not None
    ((first, last, rate),) = count_flashes(grey_cells(light), FPS).merged_intervals()
    assert rate == pytest.approx(5, abs=0.5)
    touched = np.flatnonzero((gains < 1).any(axis=(1, 2)))
    assert first - FPS / 2 <= touched[0]
    assert touched[-1] <= last + FPS / 2
    dimmed(grey_cells(light))


def test_only_the_cells_that_flash_are_dimmed() -> None:
    cell_colors = grey_cells(square(5, 4, 0.2, 0.8), 5)
    cell_colors[:, :, 8:] = square(2, 4, 0.1, 0.9)[:, np.newaxis, np.newaxis, np.newaxis]
    gains = limit_flashes(cell_colors, FPS)
    assert gains is not None
    assert gains[:, :, 0].min() < 0.5
    assert (gains[:, :, 8:] == 1).all()
    dimmed(cell_colors)


def test_not_much_more_than_necessary() -> None:
    """With a tenth less dimming it would flash, except for the margin of the detector."""
    cell_colors = grey_cells(square(5, 4, 0.1, 0.9))
    gains = limit_flashes(cell_colors, FPS)
    assert gains is not None
    eased = 1 - (1 - gains) * 0.9
    assert find_flashing(cell_colors * eased[..., np.newaxis], FPS)


@pytest.mark.parametrize("other", [(0.0, 0.3, 0.0), (0.0, 0.0, 0.0), (0.8, 0.8, 0.8)])
def test_red_flashes_are_limited(other: tuple[float, float, float]) -> None:
    on = square(5, 4, 0, 1)[:, np.newaxis, np.newaxis, np.newaxis]
    light = np.where(on > 0, (1.0, 0.0, 0.0), other).astype(np.float32)
    cell_colors = np.broadcast_to(light, (len(on), ROWS, COLUMNS, 3))
    assert rates(cell_colors)[1] > 3
    dimmed(cell_colors)


def test_random_flashes_are_limited_and_the_same_each_time() -> None:
    random = np.random.default_rng(5)
    light = random.random((4 * FPS, ROWS, COLUMNS, 1), np.float32)
    cell_colors = np.repeat(light, 3, axis=-1)
    assert np.array_equal(dimmed(cell_colors), dimmed(cell_colors))


def test_changes_that_smaller_ones_hide_are_limited() -> None:
    # A change of 0.092 just before a larger one in the same direction is merged with it, so that
    # counting with the margin finds three flashes, and the definition three and a half.
    values = [400, 400, 308, 308, 108, 213, 305, 305, 397, 597, 492, 400, 400, 308, 308, 308]
    values += [108, 308, 508, 508, 600, 705, 750, 750, 750, 550, 550, 445, 353, 353, 553, 448]
    values += [540, 632, 632, 737, 737, 750, 750, 750, 750, 750, 750, 658, 566, 366, 566]
    cell_colors = grey_cells(np.divide(values, 1000, dtype=np.float32))
    assert not count_flashes(cell_colors, FPS).intervals
    assert count_flashes(cell_colors, FPS, 1.0).rate == 3.5
    assert not count_flashes(dimmed(cell_colors), FPS, 1.0).intervals
