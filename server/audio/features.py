"""The features of a track: analysed once into a folder that every segment maps and reads.

The folder holds `spectra.npy` and, if needed, `levels.npy` and `track.npz`.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array, Float64Array, Int16Array, UInt8Array
from server.audio import band_levels, track_features
from server.audio.spectrum import bands
from server.audio.spectrum import spectrogram as spectra
from server.audio.spectrum.analyser_node import HOP, SIZE, STEPS_PER_S
from server.audio.spectrum.loudness import measure_file
from server.errors import ToqiboxError
from server.files import atomic, seal
from server.media import ffmpeg
from server.media import wav as wave
from server.protocol.feature_names import BANDS, EVENTS, EVENTS_WITH_CONFIDENCE
from server.protocol.file_names import LEVELS, SPECTRA, TRACK

FULL_LEVEL = 0.2
"""Raw level from which the feature `sounding` is 1: 0.2 is -48 dB; 0, silence, is -60 dB."""
_SUM = ".sum"
_SAMPLED_STEPS, _SILENT_CHANNEL_LEVELS = 8, 165
"""A channel is silent if it is this many of 255 levels (45 dB) below the other, in every bin of
every eighth step."""


def analyse(
    audio: Path,
    folder: Path,
    *,
    whole: bool = True,
    tempo: float | None = None,
    on_progress: Callable[[], None] | None = None,
) -> float:
    """Write those files of a track's features that are missing or damaged.

    Args:
        audio: one of our WAV files.
        folder: where to write; it is created if missing.
        whole: whether features of the whole track are needed too.
        tempo: the known tempo in beats a minute, or None.
        on_progress: called at intervals.

    Returns:
        The duration in seconds.

    Raises:
        ToqiboxError: storage_full, undecodable_audio (the WAV is not whole).
    """
    with atomic.translate_disk_full():
        folder.mkdir(exist_ok=True)
    spectra_path = folder / SPECTRA
    loudness = None
    if not seal.is_intact(spectra_path):
        loudness = spectra.analyse(audio, spectra_path, on_progress)
    if whole and not seal.is_intact(folder / LEVELS):
        band_levels.analyse(spectra_path, folder / LEVELS)
    if whole and not seal.is_intact(folder / TRACK):
        if loudness is None:  # the spectra are those of an earlier analysis
            loudness = _measure_loudness(audio)
        track_features.analyse(spectra_path, loudness, folder / TRACK, tempo, on_progress)
    return wave.seconds(audio)


def _measure_loudness(audio: Path) -> Float64Array:
    try:
        return measure_file(audio)
    except ffmpeg.MediaError as error:
        raise ToqiboxError("undecodable_audio", detail=str(error)) from error


class Features:
    """A track's features, memory-mapped; nothing is read until it is accessed.

    Args:
        folder: a folder written by `analyse`.

    Raises:
        ValueError: a file in it has another format or is not one of ours.
    """

    def __init__(self, folder: Path) -> None:
        self._records = spectra.load(folder / SPECTRA)
        self._levels = folder / LEVELS
        self._track = folder / TRACK

    @property
    def steps(self) -> int:
        """Number of steps of the track, without the tail."""
        return len(self._records) - spectra.TAIL

    def step(self, frame: int, fps: int) -> int:
        """Return the last step not after frame/fps; past the end, a step of silence."""
        return min(frame * STEPS_PER_S // fps, len(self._records) - 1)

    def samples(self, first: int, last: int) -> Int16Array:
        """Return the stereo samples at 44.1 kHz from one step up to another, samples by 2."""
        return np.asarray(self._records["samples"][first + 1 : last + 1]).reshape(-1, 2)

    def waveform(self, step: int, n: int, channel: int | None = None) -> Float32Array:
        """Return the last `n` samples at 44.1 kHz before the step, oldest first; 0 if none.

        Args:
            channel: 0 left, 1 right, None for their mean; a one-sided track always gives the mean.
        """
        channel = self._channel(channel)
        stereo = self._last_samples("samples", step, n, 0).astype(np.float32) / np.float32(32_768)
        samples = stereo.mean(axis=1) if channel is None else stereo[:, channel]
        return np.asarray(samples, np.float32)

    def wave(self, step: int, n: int = SIZE) -> UInt8Array:
        """Return the last `n` samples of the mean as getByteTimeDomainData does, 128 for zero."""
        return self._last_samples("mono", step, n, 128).astype(np.uint8, copy=False)

    def spectrum(self, step: int, channel: int | None = None) -> UInt8Array:
        """Return getByteFrequencyData at the step, 1024 bins; `channel` as for `waveform`."""
        channel = self._channel(channel)
        record = self._records[step]
        values = record["spectrum"] if channel is None else record["fft"][channel]
        return np.asarray(values)

    def levels(self, step: int, channel: int | None = None) -> UInt8Array:
        """Return the log_bands.BAND_COUNT levels at the step; `channel` as for `waveform`."""
        channel = self._channel(channel)
        return np.asarray(self._band_levels[step, 0 if channel is None else 1 + channel])

    def spectra(self, first: int, last: int) -> UInt8Array:
        """Return `spectrum` of the mean at the steps from `first` up to `last`."""
        return np.asarray(self._records["spectrum"][first:last])

    def events(self, event: str) -> Float64Array:
        """Return all events of one kind: rows of time in seconds and strength 0..1."""
        return self._track_arrays[event]

    def confidence(self) -> dict[str, float]:
        """Return the confidence in each kind of event over the whole track, 0..1."""
        return dict(
            zip(
                EVENTS_WITH_CONFIDENCE,
                self._track_arrays["confidence"].tolist(),
                strict=True,
            )
        )

    def alternative_tempo(self) -> float:
        """Return half or twice the tempo, as people might also tap it; 0.0 without a tempo."""
        return float(self._track_arrays["tempo"][2])

    def section_labels(self) -> list[str]:
        """Return a label for each section: intro, outro, or the same letter for the same music."""
        return [
            track_features.format_section_label(number)
            for number in self._track_arrays["labels"].tolist()
        ]

    def sections(self) -> Float64Array:
        """Return rows of start, end, energy and kind: 0 plain, 1 build, 2 drop, 3 break."""
        return self._track_arrays["sections"]

    def column(self, name: str, frames: int, fps: int) -> Float32Array:
        """Return a feature other than events for each of the first `frames` frames.

        The value is interpolated linearly at frame/fps. Past the end it is 0; a sum keeps its
        total.
        """
        if name in ("tempo", "tempo.confidence"):
            return np.full(frames, self._track_arrays["tempo"][int(name != "tempo")], np.float32)
        moments = np.arange(frames) * (STEPS_PER_S / fps)
        values = self.per_step(name)
        past = float(values[-1]) if name.endswith(_SUM) else 0.0
        between = np.interp(moments, np.arange(len(values)), values, right=past)
        return np.asarray(between, np.float32)

    def per_step(self, name: str) -> Float32Array:
        """Return a feature other than events at every step, the tail included."""
        if name.endswith(_SUM):
            rates = self.per_step(name.removesuffix(_SUM)).astype(np.float64)
            return (np.cumsum(rates) / STEPS_PER_S).astype(np.float32)
        if name == "sounding":
            return np.asarray(np.clip(self.per_step("level.raw") / FULL_LEVEL, 0, 1), np.float32)
        if name in ("centroid", "width"):
            return np.asarray(self._records["shape"][:, int(name == "width")])
        band, _, word = name.partition(".")
        if word == "raw" and band in BANDS:
            powers = self._records["powers"][:, BANDS.index(band)]
            return bands.to_full_scale(powers.astype(np.float64))
        return np.asarray(self._track_arrays["columns"][:, track_features.COLUMNS.index(name)])

    @cached_property
    def one_sided(self) -> bool:
        """True if one channel is silent throughout while the other is not."""
        # The spectra decay over 52 steps, so every eighth step shows any sound.
        quiet, loud = sorted(self._records["fft"][::_SAMPLED_STEPS].max(axis=(0, 2)).tolist())
        return bool(loud > quiet and (quiet == 0 or loud - quiet >= _SILENT_CHANNEL_LEVELS))

    def _channel(self, channel: int | None) -> int | None:
        return None if channel is None or self.one_sided else channel

    @cached_property
    def _band_levels(self) -> UInt8Array:
        return band_levels.load(self._levels, len(self._records))

    @cached_property
    def _track_arrays(self) -> dict[str, Float64Array]:
        return _load_track_file(self._track, len(self._records))

    def _last_samples(self, field: str, step: int, n: int, filler: int) -> NDArray[np.integer]:
        first = max(0, step + 1 - -(-n // HOP))
        samples = self._records[field][first : step + 1]
        samples = samples.reshape(-1, *samples.shape[2:])[-n:]
        missing = n - len(samples)
        if missing <= 0:
            return np.array(samples)
        blank = np.full((missing, *samples.shape[1:]), filler, samples.dtype)
        return np.concatenate([blank, samples])


def _load_track_file(path: Path, steps: int) -> dict[str, Float64Array]:
    problem = f"{path.name} is not a file of track features of format {track_features.FORMAT}"
    try:
        with np.load(path) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, EOFError, OSError, KeyError) as error:
        raise ValueError(problem) from error
    columns = arrays.get("columns")
    has_events = arrays.keys() >= set(EVENTS)
    if columns is None or not has_events or columns.shape != (steps, len(track_features.COLUMNS)):
        raise ValueError(problem)
    return arrays
