"""Detection of flashes: small images with known cells."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.render.flash_safety.detector import FlashCounter, Interval, count_flashes
from server.render.flash_safety.flash_signals import flash_signals

FPS = 30
ROWS, COLUMNS = 6, 10
CellColors = NDArray[np.float32]


def square(hertz: float, seconds: float, low: float, high: float, fps: int = FPS) -> CellColors:
    """Return a square wave, one value a frame, that begins high."""
    phase = np.arange(round(seconds * fps)) * hertz / fps % 1
    return np.where(phase < 0.5, high, low).astype(np.float32)


def grey_cells(light: CellColors, columns: int = COLUMNS, rest: float = 0.3) -> CellColors:
    """Return grey images whose first `columns` are as bright as `light`, one value a frame."""
    cell_colors = np.full((len(light), ROWS, COLUMNS, 3), rest, np.float32)
    cell_colors[:, :, :columns] = light[:, np.newaxis, np.newaxis, np.newaxis]
    return cell_colors


def colored(light: CellColors, color: tuple[float, float, float]) -> CellColors:
    """Return `color` everywhere, times `light`."""
    return grey_cells(light) * np.asarray(color, np.float32)


def rates(cell_colors: CellColors, fps: int = FPS) -> list[float]:
    """Return the most flashes a second: of luminance, of red."""
    return [
        float(FlashCounter(signal.opposing_changes(), fps).rate.max()) / 2
        for signal in flash_signals(cell_colors)
    ]


def find_flashing(cell_colors: CellColors, fps: int) -> list[Interval]:
    """Return where there are too many flashes."""
    return count_flashes(cell_colors, fps).intervals


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
@pytest.mark.parametrize("hertz", [1, 2, 3])
def test_three_flashes_a_second_are_allowed(hertz: int, fps: int) -> None:
    assert find_flashing(grey_cells(square(hertz, 4, 0, 1, fps)), fps) == []


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
@pytest.mark.parametrize("hertz", [3.5, 4, 5, 8, 12])
def test_more_are_detected(hertz: float, fps: int) -> None:
    cell_colors = grey_cells(square(hertz, 4, 0.2, 0.6, fps))
    (interval,) = find_flashing(cell_colors, fps)
    assert interval.rate == pytest.approx(hertz, abs=0.51)
    assert interval.cells.all()
    assert interval.first <= 2
    assert interval.last == len(cell_colors)


def test_only_the_interval_and_the_second_before_it_are_reported() -> None:
    calm = np.full(5 * FPS, 0.2, np.float32)
    (interval,) = find_flashing(
        grey_cells(np.concatenate([calm, square(5, 2, 0.2, 0.8), calm])), FPS
    )
    assert 4 * FPS <= interval.first <= 5 * FPS
    assert 7 * FPS <= interval.last <= 8 * FPS


def test_two_distant_intervals_are_separate() -> None:
    calm, strobe = np.full(5 * FPS, 0.2, np.float32), square(5, 2, 0.2, 0.8)
    intervals = find_flashing(grey_cells(np.concatenate([strobe, calm, strobe])), FPS)
    assert len(intervals) == 2


@pytest.mark.parametrize(
    ("low", "high", "flashes"),
    [(0.3, 0.42, True), (0.3, 0.38, False), (0.75, 0.9, True), (0.82, 1.0, False)],
)
def test_the_smallest_change_that_counts(low: float, high: float, *, flashes: bool) -> None:
    assert bool(find_flashing(grey_cells(square(6, 3, low, high)), FPS)) is flashes


def test_small_steps_add_up_and_slow_fades_do_not_flash() -> None:
    steps = np.tile(np.linspace(0.2, 0.4, 4), 30)  # 7.5 a second, by a sixth of 0.2 each
    assert find_flashing(grey_cells(steps.astype(np.float32)), FPS)
    slow = 0.5 + 0.5 * np.sin(np.arange(10 * FPS) / FPS * 2 * np.pi)
    assert max(rates(grey_cells(slow.astype(np.float32)))) <= 1.5


@pytest.mark.parametrize(("columns", "flashes"), [(2, False), (3, True)])
def test_a_quarter_of_the_frame_may_flash(columns: int, *, flashes: bool) -> None:
    intervals = find_flashing(grey_cells(square(6, 3, 0, 1), columns), FPS)
    assert bool(intervals) is flashes
    if intervals:
        assert intervals[0].cells.reshape(ROWS, COLUMNS)[:, :columns].all()
        assert intervals[0].cells.sum() == ROWS * columns


def test_flashes_that_move_around_count_together() -> None:
    """Each third of the frame flashes only twice a second, but together they flash six times."""
    cell_colors = np.zeros((4 * FPS, ROWS, 9, 3), np.float32)
    for frame in range(len(cell_colors)):
        turn, on = divmod(frame, 5)
        third = turn % 3 * 3
        cell_colors[frame, :, third : third + 3] = 1.0 if on < 2 else 0.0
    (interval,) = find_flashing(cell_colors, FPS)
    assert interval.rate == pytest.approx(6, abs=0.5)
    assert interval.cells.all()


def test_a_moving_object_does_not_flash() -> None:
    """A bar crosses the frame 3.75 times a second, and every cell flashes as often."""
    cell_colors = np.zeros((4 * FPS, ROWS, 16, 3), np.float32)
    for frame in range(len(cell_colors)):
        at = frame * 2 % 16
        cell_colors[frame, :, at : at + 2] = 1.0
    assert find_flashing(cell_colors, FPS) == []


@pytest.mark.parametrize("late", [1, 2])
def test_areas_that_flash_within_a_frame_count_together(late: int) -> None:
    light = square(5, 4, 0.1, 0.9)
    cell_colors = grey_cells(light, 2)
    cell_colors[:, :, 5:7] = np.roll(light, late)[:, np.newaxis, np.newaxis, np.newaxis]
    assert bool(find_flashing(cell_colors, FPS)) is (late == 1)


def test_red_flashes() -> None:
    strobe = square(5, 3, 0.0, 0.4)
    assert rates(colored(strobe, (1, 0, 0)))[0] == 0.0  # too dark to be a flash of luminance
    assert rates(colored(strobe, (1, 0, 0)))[1] == pytest.approx(5, abs=0.5)
    assert rates(colored(strobe, (1, 0.3, 0.3)))[1] == 0.0  # not saturated
    assert rates(colored(square(5, 3, 0.3, 0.35), (1, 0, 0)))[1] == 0.0  # (R - G - B) x 320 = 16
    assert rates(colored(strobe, (0, 0.2, 1)))[1] == 0.0


def test_the_definition_itself_has_no_margin() -> None:
    """A change of 0.095 is dimmed, to be safe, but would not count as a flash afterwards."""
    cell_colors = grey_cells(square(6, 3, 0.3, 0.395))
    assert count_flashes(cell_colors, FPS).intervals
    assert count_flashes(cell_colors, FPS, margin=1).rate == 0
    assert count_flashes(grey_cells(square(6, 3, 0.3, 0.405)), FPS, margin=1).rate == 6


def test_overlapping_intervals_are_reported_once() -> None:
    count = count_flashes(colored(square(5, 4, 0, 1), (1, 0, 0)), FPS)
    assert len(count.intervals) == 2, "luminance and red"
    assert count.merged_intervals() == [(0, 4 * FPS, 5.0)]


class _Frames:
    """Cells that are read in slices, and the longest of them."""

    def __init__(self, cell_colors: CellColors) -> None:
        self._cell_colors = cell_colors
        self.longest = 0

    def __len__(self) -> int:
        return len(self._cell_colors)

    def __getitem__(self, frames: slice) -> CellColors:
        part = self._cell_colors[frames]
        self.longest = max(self.longest, len(part))
        return part


@pytest.mark.parametrize("block", [1, 7, 64])
def test_a_video_is_counted_some_frames_at_a_time(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = np.concatenate([square(hertz, 2, 0, 0.9) for hertz in (1, 5, 2, 9)])
    cell_colors = colored(light, (1, 0.1, 0.1)) + grey_cells(square(6, 8, 0, 0.05), columns=7)
    whole = count_flashes(cell_colors, FPS)
    for module in ("detector", "flash_signals"):
        monkeypatch.setattr(f"server.render.flash_safety.{module}.BLOCK", block)
    frames = _Frames(cell_colors)
    count = count_flashes(frames, FPS)
    assert frames.longest == block
    assert count.rate == whole.rate > 3
    assert count.merged_intervals() == whole.merged_intervals() != []
    assert len(count.intervals) == len(whole.intervals)
    for one, other in zip(count.intervals, whole.intervals, strict=True):
        assert np.array_equal(one.cells, other.cells)
