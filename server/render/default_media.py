"""Photo and audio features for drawing an effect without media: the same on every machine.

Both contain a bit of everything, so that any effect shows something: the photo has colours, edges
and gradients; the audio has kicks at 120 a minute, tones over all bands and a little noise.
"""

from functools import cache, lru_cache
from typing import Protocol

import numpy as np
from numpy import fft
from numpy.typing import NDArray

from server.animation.modulation_values import FeatureSource
from server.audio.spectrum import analyser_node, log_bands
from server.render.gl.context import Context, Size
from server.render.textures.audio import AudioFeatures
from server.render.textures.builtin import noise
from server.render.textures.image import PhotoTexture

SIZE: Size = (64, 36)
KICK_PERIOD_S = 0.5
_KICKS_PER_EVENT = {"downbeat": 4, "section": 16, "drop": 32}
"""Number of kicks between two events of the rarer kinds."""
_TONES_HZ = (45.0, 90.0, 180.0, 400.0, 900.0, 1800.0, 3600.0, 6000.0, 9000.0)
_DECAY_PER_S = 8.0
_NOISE = noise(analyser_node.RATE) / 255.0 - 0.5


class SceneAudio(FeatureSource, AudioFeatures, Protocol):
    """Audio features that a scene reads."""


def default_photo(context: Context) -> PhotoTexture:
    """Create the photo: a sky, a sun, hills in two colours and a striped house."""
    return PhotoTexture(context, SIZE, default_photo_pixels().tobytes())


@cache
def default_photo_pixels() -> NDArray[np.uint8]:
    """Return the photo's pixels: height by width by RGBA, opaque, top row first."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width].astype(np.float64)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    color = np.stack([0.25 + 0.5 * y, 0.45 + 0.3 * y, 0.95 - 0.35 * y], axis=-1)
    color[np.hypot((x - 0.72) * width / height, y - 0.28) < 0.12] = (1.0, 0.9, 0.4)
    color[y > 0.62 + 0.08 * np.sin(9.0 * x)] = (0.2, 0.55, 0.25)
    color[y > 0.8 + 0.05 * np.sin(7.0 * x + 2.0)] = (0.65, 0.35, 0.2)
    house = (abs(x - 0.3) < 0.11) & (abs(y - 0.55) < 0.17)
    color[house] = (0.9, 0.9, 0.88)
    color[house & (np.floor(x * 64) % 2 == 0)] = (0.75, 0.15, 0.2)
    opaque = np.concatenate([color, np.ones((height, width, 1))], axis=-1)
    return np.floor(opaque * 255 + 0.5).astype(np.uint8)


class DefaultAudio(SceneAudio):
    """Endless audio; the left channel has louder low tones, the right one louder high tones."""

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """Return a feature that jumps up with each kick and decays until the next; sums grow."""
        if name == "tempo":
            return np.full(frames, 60 / KICK_PERIOD_S, np.float32)
        if name.endswith(".sum"):
            return (0.5 * np.arange(frames) / fps).astype(np.float32)
        age = np.mod(np.arange(frames) / fps, KICK_PERIOD_S)
        return (0.3 + 0.6 * np.exp(-_DECAY_PER_S * age)).astype(np.float32)

    def events(self, event: str) -> NDArray[np.float64]:
        """Return two kicks a second for an hour; all other events coincide with kicks."""
        interval_s = KICK_PERIOD_S * _KICKS_PER_EVENT.get(event, 1)
        times = np.arange(round(3600 / interval_s)) * interval_s
        return np.stack([times, np.ones(len(times))], axis=1)

    def step(self, frame: int, fps: int) -> int:
        """Return the last step that is not after frame/fps."""
        return frame * analyser_node.STEPS_PER_S // fps

    def waveform(self, step: int, n: int, channel: int | None = None) -> NDArray[np.float32]:
        """Return the last `n` samples before the step; 0 before the start."""
        index = step * analyser_node.HOP - n + np.arange(n)
        time = index / analyser_node.RATE
        age = np.mod(time, KICK_PERIOD_S)
        signal = 0.5 * np.sin(2 * np.pi * 55.0 * age) * np.exp(-_DECAY_PER_S * age)
        signal += 0.1 * _NOISE[index % len(_NOISE)]
        for index_of_tone, tone in enumerate(_TONES_HZ):
            side = index_of_tone / (len(_TONES_HZ) - 1)
            loudness = (1.0 - side, side, 0.5)[2 if channel is None else channel]
            signal += 0.09 * (0.3 + loudness) * np.sin(2 * np.pi * tone * time)
        return np.where(index >= 0, signal, 0.0).astype(np.float32)

    def wave(self, step: int, n: int) -> NDArray[np.uint8]:
        """Return the waveform of the channels' mean as bytes."""
        return analyser_node.wave_bytes(self.waveform(step, n))

    def spectrum(self, step: int, channel: int | None = None) -> NDArray[np.uint8]:
        """Return the unsmoothed spectrum at the step."""
        return _spectrum(step, channel)

    def levels(self, step: int, channel: int | None = None) -> NDArray[np.uint8]:
        """Return the spectrum in bands, scaled as if relative to the whole track."""
        hertz = np.arange(analyser_node.BINS) * (analyser_node.RATE / analyser_node.SIZE)
        levels = np.interp(log_bands.band_centres(), hertz, self.spectrum(step, channel))
        return np.clip((levels - 100.0) * 1.6, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4096)
def _spectrum(step: int, channel: int | None) -> NDArray[np.uint8]:
    window = analyser_node.blackman_window(analyser_node.SIZE) / analyser_node.SIZE
    samples = DefaultAudio().waveform(step, analyser_node.SIZE, channel).astype(np.float64)
    return analyser_node.to_bytes(np.abs(fft.rfft(samples * window))[: analyser_node.BINS])
