"""Values of all inputs of an effect: a table with a column an input and a row a frame of the job.

Frame n stands for the time from n/fps to (n+1)/fps. Columns are constants, modulations
(modulation.py) or host uniforms: time, date, frame number.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.animation import modulation_values
from server.animation.event_envelopes import first_frames
from server.animation.modulation_values import FeatureSource
from server.animation.transition_progress import progress
from server.effects.effect import Builtin, Effect, Input, Kind, Value
from server.effects.model.input import ParamValue
from server.effects.model.modulation import FeatureBinding, Modulation, TransitionProgress
from server.effects.model.palette import Palette

_DAY_S = 86_400
_FIRST_DAY = np.datetime64("2000-01-01", "D")
_PER_PASS = (
    Builtin.RENDER_SIZE,
    Builtin.RENDER_SIZE_3,
    Builtin.ASPECT,
    Builtin.SAFE_AREA,
    Builtin.FACE,
)


class Column:
    """The values of one uniform over the frames of a job.

    Args:
        values: shape (frames or 1, components), float32 or int32; one row is a constant.
    """

    def __init__(self, values: NDArray[np.float32] | NDArray[np.int32]) -> None:
        self.values = np.ascontiguousarray(values)
        self.constant = len(values) == 1

    def at(self, frame: int) -> bytes:
        """Return the bytes of the uniform in `frame`."""
        return bytes(self.values[0 if self.constant else frame])

    def number(self, frame: int) -> float:
        """Return the first component in `frame`."""
        return float(self.values[0 if self.constant else frame, 0])


class Timeline:
    """The table of one effect.

    Args:
        effect: the effect; its inputs and host uniforms are the columns.
        param_values: values of the job's params, by name; an input without one uses its own
            modulation or default.
        features: features of the audio; read only if an input follows them.
        frames: frames of the whole job.
        fps: frames a second.
        palette: the photo's colours, for inputs whose default is one of them.
    """

    def __init__(
        self,
        effect: Effect,
        param_values: Mapping[str, ParamValue],
        features: FeatureSource,
        frames: int,
        fps: int,
        palette: Palette | None = None,
    ) -> None:
        self.columns: dict[str, Column] = {}
        """By GLSL name; without the uniforms that differ between passes: sizes and cube faces."""
        self._numbers: dict[str, Column] = {}
        for item in effect.inputs:
            if item.kind.is_texture:
                continue
            column = _input_column(
                _with_photo_color(item, palette or {}), param_values, features, frames, fps
            )
            self.columns[item.uniform] = column
            if item.kind in (Kind.FLOAT, Kind.LONG, Kind.BOOL, Kind.EVENT):
                self._numbers[item.name] = column
        for uniform, meaning in effect.uniforms.items():
            if meaning not in _PER_PASS:
                self.columns[uniform] = Column(_builtin(meaning, frames, fps))

    def numbers(self, frame: int) -> dict[str, float]:
        """Return the numeric inputs in `frame` by name, for size expressions."""
        return {name: column.number(frame) for name, column in self._numbers.items()}


def _with_photo_color(item: Input, palette: Palette) -> Input:
    """Return the input with the photo's colour as its default, if it names one in the palette."""
    color = palette.get(item.photo or "")
    if color is None or not isinstance(item.default, tuple):
        return item
    return replace(item, default=(*color, item.default[3]))


def _input_column(
    item: Input,
    param_values: Mapping[str, ParamValue],
    features: FeatureSource,
    frames: int,
    fps: int,
) -> Column:
    setting = param_values.get(item.name, item.modulation or item.default)
    if not isinstance(setting, Modulation):
        assert not isinstance(setting, str)  # text inputs have no column
        if item.kind is Kind.EVENT:
            return Column(_single_event(frames, fires=bool(setting)))
        return _column(item, _constant(setting if setting is not None else 0.0))
    if item.kind is Kind.EVENT:
        return Column(_event_values(setting, features, frames, fps))
    if isinstance(setting, TransitionProgress):
        share = progress(param_values, features, frames, fps)[:, np.newaxis].astype(np.float64)
        low, high = (_constant(0.0 if end is None else end) for end in (item.minimum, item.maximum))
        return _column(item, low + (high - low) * share)
    values = modulation_values.modulate(setting, features, frames, fps)
    if item.values:  # a choice moves through the indices of its values
        places = np.floor(values + 0.5).astype(int)
        values = np.array(item.values)[np.clip(places, 0, len(item.values) - 1)]
    return _column(item, values)


def _column(item: Input, values: NDArray[np.float64]) -> Column:
    if len(values) > 1 and (values == values[0]).all():
        values = values[:1]  # constant: a pass that reads only constants is drawn once
    if item.kind in (Kind.LONG, Kind.BOOL):
        # Round halves up, so that a bool is true from the middle of its feature's range.
        return Column(np.floor(values + 0.5).astype(np.int32))
    return Column(values.astype(np.float32))


def _single_event(frames: int, *, fires: bool) -> NDArray[np.int32]:
    """Return 1 in frame 0 if the event fires, else 0 throughout."""
    values = np.zeros((frames if fires else 1, 1), np.int32)
    values[0] = fires
    return values


def _event_values(
    motion: Modulation, features: FeatureSource, frames: int, fps: int
) -> NDArray[np.int32]:
    """Return 1 in frames where an event begins or the feature rises above one half."""
    values = np.zeros((frames, 1), np.int32)
    if isinstance(motion, TransitionProgress):
        return values[:1]
    event = motion.event if isinstance(motion, FeatureBinding) else None
    if event is not None:
        starts = first_frames(features.events(event), fps)
        values[starts[starts < frames]] = 1
    else:
        high = modulation_values.modulate(motion, features, frames, fps)[:, 0] >= 0.5
        values[1:, 0] = high[1:] & ~high[:-1]
        values[0] = high[0]
    return values if values.any() else values[:1]


def _constant(value: Value) -> NDArray[np.float64]:
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
    """Return year, month 1-12, day and seconds of the day; time 0 is the start of 2000."""
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
