"""The audio around a moment as a texture: past, present and future.

Time runs from left to right, `past` seconds before the frame to `future` seconds after it, a
column for each step of the 60 Hz grid if there is room. Frequency runs from bottom to top on a
scale of octaves, 30 Hz to 16 kHz, on the scale of the track 40 Hz to 15 kHz (see log_bands.py). Red
is the level of the spectrum, as in an audioFFT input; green, blue and alpha are the same at all
frequencies: level, pulse of the accents, pulse of the onsets.
"""

from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from server.animation.event_envelopes import pulse
from server.audio.spectrum.analyser_node import BINS, RATE, SIZE, STEPS_PER_S
from server.audio.spectrum.log_bands import BAND_COUNT
from server.effects.effect import Input
from server.effects.model.feature import PULSE_DECAYS_S
from server.effects.model.input import Scale
from server.render.gl.context import Context, Texture
from server.render.gl.render_target import TextureSource
from server.render.textures.audio import run_means

MIN_HZ, MAX_HZ = 30.0, 16_000.0
DEFAULT_BINS, MAX_BINS = 96, 512
MAX_COLUMNS = 1024

Bytes = NDArray[np.uint8]


class AudioHistoryFeatures(Protocol):
    """Audio features that this texture reads."""

    def step(self, frame: int, fps: int) -> int:
        """Return the last step of the 60 Hz grid that is not after the start of `frame`."""
        ...

    def spectrum(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        """Return the 1024 spectrum levels at `step`; without a channel, those of the mean."""
        ...

    def levels(self, step: int, channel: int | None) -> Bytes:
        """Return the BAND_COUNT spectrum levels on the scale of the track, from low to high."""
        ...

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """Return a feature in each of `frames` frames."""
        ...

    def events(self, event: str) -> NDArray[np.float64]:
        """Return the events of one kind: rows of time in seconds and strength."""
        ...


class AudioHistory(TextureSource):
    """The texture of an audioHistory input.

    Args:
        context: the context that owns the texture.
        item: the input.
        features: features of the track.
        frames: frames of the whole job.
        fps: frames a second of the job.
    """

    texture: Texture

    def __init__(
        self, context: Context, item: Input, features: AudioHistoryFeatures, frames: int, fps: int
    ) -> None:
        span = (item.past + item.future) * STEPS_PER_S
        columns = int(np.clip(np.floor(span + 0.5), 2, min(MAX_COLUMNS, context.max_texture_size)))
        self._of_track = item.scale is Scale.TRACK
        self._bins = min(item.width or DEFAULT_BINS, BAND_COUNT if self._of_track else MAX_BINS)
        super().__init__(context.texture((columns, self._bins), 4))
        self._fps = fps
        middles = (np.arange(columns) + 0.5) * (span / columns) - item.past * STEPS_PER_S
        self._offsets = np.floor(middles).astype(int)
        last = frames * STEPS_PER_S // fps
        self._steps = last + int(item.future * STEPS_PER_S) + 2
        self._scale = item.scale
        self._edges = _edges(self._bins)
        self.follow(features)

    def follow(self, features: AudioHistoryFeatures) -> None:
        """Follow another audio from the next update on."""
        self._features = features
        self._levels = self._overall_levels(self._steps)
        self._spectrum_cache = _spectrum_cache(features, self._scale, self._bins)
        self._step = -1

    @property
    def size_bytes(self) -> int:
        """Bytes of the texture."""
        return self.texture.width * self.texture.height * 4

    def update(self, frame: int) -> None:
        """Show the audio around the start of `frame`."""
        step = frame * STEPS_PER_S // self._fps
        if step == self._step:
            return
        steps = step + self._offsets
        texels = np.zeros((self._bins, len(steps), 4), np.uint8)
        texels[..., 0] = np.stack([self._spectrum_bins(at) for at in steps.tolist()], axis=1)
        inside = np.clip(steps, 0, len(self._levels) - 1)
        texels[..., 1:] = np.where(steps[:, np.newaxis] < 0, 0, self._levels[inside])
        self.texture.write(texels, alignment=1)
        self._step = step
        self.version += 1

    def _spectrum_bins(self, step: int) -> Bytes:
        """Return the spectrum at a step in this texture's bins; zeros before the start."""
        if step not in self._spectrum_cache:
            self._spectrum_cache[step] = self._compute_bins(step)
        return self._spectrum_cache[step]

    def _compute_bins(self, step: int) -> Bytes:
        if step < 0:
            return np.zeros(self._bins, np.uint8)
        at = self._features.step(step, STEPS_PER_S)
        if self._of_track:
            means = run_means(self._features.levels(at, None).astype(float), self._bins)
            return np.asarray(np.floor(means + 0.5), np.uint8)
        sums = np.concatenate([[0.0], np.cumsum(self._features.spectrum(at, None), dtype=float)])
        ends = np.interp(self._edges, np.arange(BINS + 1), sums)
        levels: Bytes = np.floor(np.diff(ends) / np.diff(self._edges) + 0.5).astype(np.uint8)
        return levels

    def _overall_levels(self, steps: int) -> Bytes:
        """Return the level and the pulses at every step."""
        features = self._features
        columns = (
            features.column("level", steps, STEPS_PER_S),
            pulse(features.events("accent"), steps, STEPS_PER_S, PULSE_DECAYS_S["accent"]),
            pulse(features.events("onset"), steps, STEPS_PER_S),
        )
        levels: Bytes = np.floor(np.stack(columns, axis=1) * 255 + 0.5).astype(np.uint8)
        return levels


_SpectrumCache = dict[int, Bytes]
_SPECTRUM_CACHES: WeakKeyDictionary[
    AudioHistoryFeatures, dict[tuple[Scale, int], _SpectrumCache]
] = WeakKeyDictionary()


def _spectrum_cache(features: AudioHistoryFeatures, scale: Scale, bins: int) -> _SpectrumCache:
    """Return a track's spectra computed so far, by step, shared by all textures of as many bins.

    It takes at most a byte for each step and bin: 7 MB for four minutes.
    """
    return _SPECTRUM_CACHES.setdefault(features, {}).setdefault((scale, bins), {})


def _edges(bins: int) -> NDArray[np.float64]:
    """Return the edges of the bins, in bins of the spectrum."""
    hertz = np.geomspace(MIN_HZ, MAX_HZ, bins + 1)
    # A bin of the spectrum extends half a bin to both sides of its frequency.
    return np.minimum(hertz * SIZE / RATE + 0.5, BINS)
