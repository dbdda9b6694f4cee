"""Audio as a texture: ISF's audio and audioFFT inputs, and Shadertoy's audio channel.

ISF: one row a channel (left first), the oldest sample or the lowest frequency at the left, the same
value in red, green and blue. A sample x is 0.5 + 0.5 x; a bin is its level in decibels over
70 dB, as in the browser's AnalyserNode, or on the scale of the track the level of a band. An input
with fewer columns gets the root mean square of each run of samples, or the mean of each run of bins
or bands.

Shadertoy: 512 bytes of the spectrum in row 0, 512 of the waveform in row 1, both as the browser's
AnalyserNode returns them for the mean of the channels. The spectrum is the lower half of 1024 bins,
the waveform the oldest quarter of 2048 samples. Green and blue are 0, alpha is 1.
"""

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.audio.spectrum.log_bands import BAND_COUNT
from server.effects.effect import Input, Kind
from server.effects.model.input import Scale
from server.render.gl.context import Context, Texture
from server.render.gl.render_target import TextureSource

SAMPLES = 2048
"""Default number of samples of an audio input."""
BINS = 1024
"""Default and largest number of bins of an audioFFT input."""
TEXELS = 512
"""Columns of the texture that Shadertoy's shaders sample."""
_CHANNELS = 2
_METER_WIDTH = 64
"""Up to this width an audio input is a meter: it gets volumes instead of samples."""


class AudioFeatures(Protocol):
    """Audio features that these textures read."""

    def step(self, frame: int, fps: int) -> int:
        """Return the last step of the 60 Hz grid that is not after the start of `frame`."""
        ...

    def waveform(self, step: int, n: int, channel: int) -> NDArray[np.float32]:
        """Return the `n` samples up to `step`, -1 to 1, oldest first; 0 is left, 1 is right."""
        ...

    def wave(self, step: int, n: int) -> NDArray[np.uint8]:
        """Return the `n` samples of the channels' mean up to `step`, as bytes, oldest first."""
        ...

    def spectrum(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        """Return the 1024 spectrum levels at `step`; without a channel, those of the mean."""
        ...

    def levels(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        """Return the BAND_COUNT spectrum levels on the scale of the track, from low to high."""
        ...


class AudioTexture(TextureSource, ABC):
    """A texture that follows the audio; `texels` computes its content at a step."""

    texture: Texture

    def __init__(self, texture: Texture, features: AudioFeatures, fps: int) -> None:
        super().__init__(texture)
        self._features = features
        self._fps = fps
        self._step = -1

    def follow(self, features: AudioFeatures) -> None:
        """Follow another audio from the next update on."""
        self._features = features
        self._step = -1

    def update(self, frame: int) -> None:
        """Show the audio at the start of `frame`."""
        step = self._features.step(frame, self._fps)
        if step == self._step:
            return
        self.texture.write(np.ascontiguousarray(self.texels(step)), alignment=1)
        self._step = step
        self.version += 1

    @abstractmethod
    def texels(self, step: int) -> NDArray[np.float32] | NDArray[np.uint8]:
        """Compute the texels at `step`."""


class ByteAudioTexture(AudioTexture):
    """The texture that Shadertoy's shaders sample.

    Args:
        context: the context that owns the texture.
        features: features of the track.
        fps: frames a second of the job.
    """

    def __init__(self, context: Context, features: AudioFeatures, fps: int) -> None:
        super().__init__(context.texture((TEXELS, 2), 1), features, fps)
        self.texture.swizzle = "R001"

    def texels(self, step: int) -> NDArray[np.uint8]:
        """Return the spectrum and the waveform."""
        spectrum = self._features.spectrum(step, None)[:TEXELS]
        return np.stack([spectrum, self._features.wave(step, SAMPLES)[:TEXELS]])


class AudioInputTexture(AudioTexture):
    """The texture of an audio or audioFFT input.

    Args:
        context: the context that owns the texture.
        item: the input.
        features: features of the track.
        fps: frames a second of the job.
    """

    def __init__(self, context: Context, item: Input, features: AudioFeatures, fps: int) -> None:
        self._spectrum = item.kind is Kind.AUDIO_FFT
        self._of_track = item.scale is Scale.TRACK
        bins = BAND_COUNT if self._of_track else BINS
        native = bins if self._spectrum else SAMPLES
        max_width = bins if self._spectrum else context.max_texture_size
        self._width = min(item.width or native, max_width)
        texture = context.texture((self._width, _CHANNELS), 1, floating=True)
        super().__init__(texture, features, fps)
        self.texture.swizzle = "RRR1"

    def texels(self, step: int) -> NDArray[np.float32]:
        """Return one row a channel."""
        texels = np.stack([self._channel_texels(step, channel) for channel in range(_CHANNELS)])
        return texels.astype(np.float32)

    def _channel_texels(self, step: int, channel: int) -> NDArray[np.floating]:
        if self._spectrum:
            levels = self._features.levels if self._of_track else self._features.spectrum
            return run_means(levels(step, channel).astype(np.float32) / 255, self._width)
        if self._width > _METER_WIDTH:
            return 0.5 + 0.5 * self._features.waveform(step, self._width, channel)
        squares = np.square(self._features.waveform(step, SAMPLES, channel))
        volumes: NDArray[np.floating] = np.sqrt(run_means(squares, self._width))
        return 0.5 + 0.5 * volumes


def run_means(values: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """Return the means of `count` runs of nearly equal length that make up `values`."""
    edges = np.arange(count + 1) * len(values) // count
    sums = np.add.reduceat(values, edges[:-1])
    means: NDArray[np.floating] = sums / np.diff(edges)
    return means
