"""An image of a track's features, to compare with what one hears.

From top to bottom: sections with their labels and start times, spectrogram (30 Hz to 16 kHz,
logarithmic), level, bands, loudness, then a lane for each kind of event over its confidence; beats
and downbeats are lines through all of it. A long track has several such strips.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from server.arrays import UInt8Array
from server.audio.features import Features
from server.audio.spectrum.analyser_node import RATE, SIZE, STEPS_PER_S
from server.files import atomic
from server.protocol.feature_names import EVENTS_WITH_CONFIDENCE, SECTION_KINDS

_MIN_STRIP_S, _MAX_STRIPS = 30.0, 40
_WIDTH, _LEFT, _RIGHT = 1600, 110, 20
_TEXT = 13
_BACKGROUND, _INK, _GRID_COLOUR = (17, 18, 22), (208, 212, 220), (60, 64, 76)
_SECTION_COLOURS = ((52, 58, 74), (150, 116, 40), (170, 58, 58), (40, 96, 110))
"""Colours of SECTION_KINDS of protocol/feature_names.py."""
_LANES = (
    ("accent", (255, 92, 138)),
    ("kick", (255, 138, 92)),
    ("snare", (255, 214, 92)),
    ("hat", (150, 220, 130)),
    ("onset", (130, 170, 255)),
    ("beat", (230, 230, 240)),
)
_CONFIDENCE_COLOUR, _CONFIDENCE_STEPS = (44, 52, 66), 6
"""Colour of the confidence curve, and steps between its points."""
_CURVES = ("level", "level.envelope", "loudness", "bass", "mid", "treble", "centroid", "flux")
_HEAD, _SPECTRUM, _CURVE, _LANE, _FOOT = 24, 96, 30, 16, 26
_STRIP = _HEAD + _SPECTRUM + len(_CURVES) * _CURVE + len(_LANES) * _LANE + _FOOT


class _Strip:
    """An interval of the track from `start` on, drawn from `top` on."""

    def __init__(
        self, image: Image.Image, features: Features, start: float, length: float, top: int
    ) -> None:
        self._length = length
        self._image = image
        self._draw = ImageDraw.Draw(image)
        self._font = ImageFont.load_default(_TEXT)
        self._features = features
        self._start = start
        self._top = top

    def draw(self) -> None:
        """Draw the whole strip."""
        y = self._sections(self._top)
        y = self._spectrum(y)
        for name in _CURVES:
            y = self._curve(name, y)
        for name, color in _LANES:
            y = self._lane(name, color, y)
        self._beats(self._top + _HEAD, y)
        self._seconds(y)

    def _x(self, seconds: float) -> float:
        share = (seconds - self._start) / self._length
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def _inside(self, seconds: float) -> bool:
        return self._start <= seconds < self._start + self._length

    def _label(self, text: str, y: float) -> None:
        self._draw.text((8, y), text, _INK, self._font)

    def _sections(self, y: int) -> int:
        self._label("section", y + 3)
        sections, labels = self._features.sections(), self._features.section_labels()
        for (start, end, energy, kind), label in zip(sections, labels, strict=True):
            left, right = self._x(max(start, self._start)), self._x(min(end, self._end()))
            if right <= left:
                continue
            name, color = f"{label} {SECTION_KINDS[int(kind)]}", _SECTION_COLOURS[int(kind)]
            self._draw.rectangle((left, y, max(left, right - 1), y + _HEAD - 6), color)
            texts = [
                f"{name} {format_time(start)} energy {energy:.2f}",
                f"{name} {format_time(start)}",
                label,
            ]
            fitting = [text for text in texts if self._font.getlength(text) + 10 < right - left]
            if fitting:
                self._draw.text((left + 5, y + 1), fitting[0], _INK, self._font)
        return y + _HEAD

    def _end(self) -> float:
        return min(self._start + self._length, self._features.steps / STEPS_PER_S)

    def _spectrum(self, y: int) -> int:
        self._label("spectrum", y + _SPECTRUM / 2 - 8)
        first, last = round(self._start * STEPS_PER_S), round(self._end() * STEPS_PER_S)
        if last > first:
            hertz = np.geomspace(30, 16_000, _SPECTRUM - 4)
            bins = np.minimum(np.round(hertz * SIZE / RATE).astype(int), SIZE // 2 - 1)
            levels = self._features.spectra(first, last)[:, bins].T[::-1]
            width = max(1, round(self._x(self._end()) - _LEFT))
            spectrogram = Image.fromarray(_heat_map(levels)).resize((width, _SPECTRUM - 4))
            self._image.paste(spectrogram, (_LEFT, y))
        return y + _SPECTRUM

    def _curve(self, name: str, y: int) -> int:
        self._label(name, y + 7)
        first, last = round(self._start * STEPS_PER_S), round(self._end() * STEPS_PER_S)
        values = self._features.per_step(name)[first:last]
        bottom = y + _CURVE - 4
        points = [
            (self._x(self._start + at / STEPS_PER_S), bottom - float(value) * (_CURVE - 6))
            for at, value in enumerate(values)
        ]
        self._draw.line((_LEFT, bottom, _WIDTH - _RIGHT, bottom), _GRID_COLOUR)
        if len(points) > 1:
            self._draw.line(points, _INK)
        return y + _CURVE

    def _lane(self, name: str, color: tuple[int, int, int], y: int) -> int:
        self._label(name, y - 1)
        if name in EVENTS_WITH_CONFIDENCE:
            self._confidence(name, y)
        for seconds, strength in self._features.events(name):
            if self._inside(seconds):
                x = self._x(seconds)
                height = max(2.0, float(strength) * (_LANE - 4))
                self._draw.line((x, y + _LANE - 3 - height, x, y + _LANE - 3), color, 2)
        return y + _LANE

    def _confidence(self, name: str, y: int) -> None:
        """Draw the confidence in the events of a lane as a filled curve behind it."""
        first, last = round(self._start * STEPS_PER_S), round(self._end() * STEPS_PER_S)
        values = self._features.per_step(f"{name}.confidence")[first:last:_CONFIDENCE_STEPS]
        bottom = y + _LANE - 3
        points = [
            (
                self._x(self._start + at * _CONFIDENCE_STEPS / STEPS_PER_S),
                bottom - float(value) * (_LANE - 4),
            )
            for at, value in enumerate(values)
        ]
        if len(points) > 1:
            ends = [(points[-1][0], bottom), (points[0][0], bottom)]
            self._draw.polygon([*points, *ends], _CONFIDENCE_COLOUR)

    def _beats(self, top: int, bottom: int) -> None:
        """Draw thin lines for beats and thick ones for downbeats, translucent."""
        mask = Image.new("L", self._image.size, 0)
        pen = ImageDraw.Draw(mask)
        for event, alpha, width in (("beat", 60, 1), ("downbeat", 110, 2)):
            for seconds, _ in self._features.events(event):
                if self._inside(seconds):
                    x = self._x(seconds)
                    pen.line((x, top, x, bottom), alpha, width)
        self._image.paste(Image.new("RGB", self._image.size, (255, 255, 255)), (0, 0), mask)

    def _seconds(self, y: int) -> None:
        for second in range(int(self._start), int(self._start + self._length) + 1, 2):
            x = self._x(second)
            self._draw.line((x, y, x, y + 4), _GRID_COLOUR)
            self._draw.text((x + 2, y + 3), format_time(second, tenths=False), _INK, self._font)


def plot(features: Features, header_lines: Sequence[str], out: Path) -> None:
    """Write the image as a PNG, through its `.part`.

    Args:
        features: of a track analysed as a whole.
        header_lines: text above the plot.
        out: the file.

    Raises:
        ToqiboxError: storage_full.
    """
    seconds = (features.steps - 1) / STEPS_PER_S  # the first step is at 0
    length = max(_MIN_STRIP_S, seconds / _MAX_STRIPS)
    strips = max(1, int(np.ceil(seconds / length - 1e-6)))
    head = 18 * len(header_lines) + 14
    image = Image.new("RGB", (_WIDTH, head + strips * _STRIP), _BACKGROUND)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(_TEXT)
    for line, text in enumerate(header_lines):
        draw.text((8, 8 + 18 * line), text, _INK, font)
    for index in range(strips):
        _Strip(image, features, index * length, length, head + index * _STRIP).draw()
    with atomic.atomic_write(out) as file:
        image.save(file, "PNG", compress_level=4)


def format_time(seconds: float, *, tenths: bool = True) -> str:
    """Return minutes and seconds, rounded first: 59.97 s is 1:00.0, never 0:60.0."""
    count = round(seconds * 10)
    whole = f"{count // 600}:{count % 600 // 10:02}"
    return f"{whole}.{count % 10}" if tenths else whole


def _heat_map(levels: UInt8Array) -> UInt8Array:
    """Return levels as colours from the background over blue and red to yellow."""
    stops = np.array([_BACKGROUND, (38, 40, 110), (150, 50, 120), (240, 120, 70), (255, 235, 160)])
    position = levels / 255 * (len(stops) - 1)
    parts = [np.interp(position, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(parts, axis=-1).astype(np.uint8)
