"""Every input of an effect is a column of a table with one row a frame, made for the whole job.

Frame n stands for the time from n/fps to (n+1)/fps. Columns are constants, the sound's features
(scaled to the range of the input they are bound to) and the host's own: time, date, frame number.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.effects.effect import Builtin, Effect, Input, Kind, Value
from server.effects.input import TRANSITION
from server.render.transition import progress

_DAY_S = 86_400
_FIRST_DAY = np.datetime64("2000-01-01", "D")
_OF_PASSES = (Builtin.RENDER_SIZE, Builtin.RENDER_SIZE_3, Builtin.ASPECT, Builtin.FACE)


class Sound(Protocol):
    """What a timeline wants of the sound's features."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """A feature, 0 to 1, for each of `frames` frames."""
        ...

    def kicks(self) -> NDArray[np.float64]:
        """All kicks: rows of time in seconds and strength."""
        ...

    def beats(self) -> tuple[float, float]:
        """Seconds from beat to beat, and the time of the first."""
        ...


class Column:
    """The values of one uniform over the frames of a job.

    Args:
        rows: shape (frames or 1, components), float32 or int32; one row is a constant.
    """

    def __init__(self, rows: NDArray[np.float32] | NDArray[np.int32]) -> None:
        self.rows = np.ascontiguousarray(rows)
        self.constant = len(rows) == 1

    def at(self, frame: int) -> bytes:
        """The bytes of the uniform in `frame`."""
        return bytes(self.rows[0 if self.constant else frame])

    def number(self, frame: int) -> float:
        """The first component in `frame`."""
        return float(self.rows[0 if self.constant else frame, 0])


class Timeline:
    """The table of one effect.

    Args:
        effect: whose inputs and host uniforms are the columns.
        values: the job's values by input name; an input that is bound to the sound and has no
            value here follows the sound.
        sound: the features of the sound; read only where an input is bound.
        frames: frames of the whole job.
        fps: frames a second.
    """

    def __init__(
        self, effect: Effect, values: Mapping[str, Value], sound: Sound, frames: int, fps: int
    ) -> None:
        self.columns: dict[str, Column] = {}
        """By GLSL name; without what each pass has its own of: sizes, and the face of a cube."""
        self._numbers: dict[str, Column] = {}
        for item in effect.inputs:
            if item.kind.is_texture:
                continue
            column = _input_column(item, values, sound, frames, fps)
            self.columns[item.uniform] = column
            if item.kind in (Kind.FLOAT, Kind.LONG, Kind.BOOL, Kind.EVENT):
                self._numbers[item.name] = column
        for uniform, meaning in effect.uniforms.items():
            if meaning not in _OF_PASSES:
                self.columns[uniform] = Column(_builtin(meaning, frames, fps))

    def numbers(self, frame: int) -> dict[str, float]:
        """The numeric inputs in `frame` by name, as size expressions want them."""
        return {name: column.number(frame) for name, column in self._numbers.items()}


def _input_column(
    item: Input, values: Mapping[str, Value], sound: Sound, frames: int, fps: int
) -> Column:
    if item.kind is Kind.EVENT:
        return Column(_event(item, values, sound, frames, fps))
    if item.name not in values and item.bind is not None:
        if item.bind == TRANSITION:
            followed = progress(values, sound, frames, fps)
        else:
            followed = sound.column(item.bind, frames, fps)
        feature = followed[:, np.newaxis].astype(np.float64)
        low = _row(item.minimum if item.minimum is not None else 0.0)
        high = _row(item.maximum if item.maximum is not None else 1.0)
        rows = low + (high - low) * feature
    else:
        value = values.get(item.name, item.default)
        rows = _row(value if value is not None else 0.0)
    if item.kind in (Kind.LONG, Kind.BOOL):
        # Halves go up, so that a bool is true from the middle of the feature on.
        return Column(np.floor(rows + 0.5).astype(np.int32))
    return Column(rows.astype(np.float32))


def _event(
    item: Input, values: Mapping[str, Value], sound: Sound, frames: int, fps: int
) -> NDArray[np.int32]:
    """1 in the frames in which it fires: frame 0, or each one in which what it follows sets in."""
    rows = np.zeros((frames, 1), np.int32)
    if item.name in values or item.bind is None:
        rows[0] = 1 if values.get(item.name, item.default) else 0
    elif item.bind == "kick":
        starts = np.floor(sound.kicks()[:, 0] * fps).astype(int)
        rows[starts[starts < frames]] = 1
    else:
        loud = sound.column(item.bind, frames, fps) >= 0.5
        rows[1:, 0] = loud[1:] & ~loud[:-1]
        rows[0] = loud[0]
    return rows if rows.any() else rows[:1]


def _row(value: Value) -> NDArray[np.float64]:
    return np.atleast_1d(np.asarray(value, np.float64))[np.newaxis, :]


def _builtin(meaning: Builtin, frames: int, fps: int) -> NDArray[np.float32] | NDArray[np.int32]:
    index = np.arange(frames)
    if meaning is Builtin.FRAME_INDEX:
        return index[:, np.newaxis].astype(np.int32)
    if meaning is Builtin.TIME_DELTA:
        return np.where(index == 0, 0.0, 1.0 / fps)[:, np.newaxis].astype(np.float32)
    time = index / fps
    if meaning is Builtin.TIME:
        return time[:, np.newaxis].astype(np.float32)
    if meaning is Builtin.FRAME_RATE:
        return np.full((1, 1), fps, np.float32)
    dates = _dates(time)
    if meaning is Builtin.DATE_FROM_ZERO:
        dates[:, 1] -= 1
    return dates


def _dates(time: NDArray[np.float64]) -> NDArray[np.float32]:
    """Year, month 1-12, day, seconds of the day, where time 0 is the start of 2000."""
    days = _FIRST_DAY + np.floor(time / _DAY_S).astype("timedelta64[D]")
    months = days.astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    parts = (
        years.astype(int) + 1970,
        (months - years).astype(int) + 1,
        (days - months).astype(int) + 1,
        time % _DAY_S,
    )
    return np.stack(parts, axis=1).astype(np.float32)
