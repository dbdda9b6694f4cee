"""The features of a track: analysed once into one file, which every segment maps and reads.

The file is a `.npy` array of RECORD, one for each step of a 60 Hz grid: step i is at i/60 s. After
the steps of the track, floor(60 x seconds) + 1, come TAIL more in which the spectra die away; the
last of them is silence and stands for all later ones.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from server.confine import Limits
from server.errors import ToqiboxError
from server.media import bands, ffmpeg, kicks, part, tempo, wave
from server.media.analyser import (
    BINS,
    HOP,
    RATE,
    SIZE,
    STEPS_PER_S,
    Analyser,
    mean,
    wave_bytes,
    windows,
)

FORMAT = 1
"""Number of the format that RECORD and TAIL describe; another one is another file's."""
RECORD = np.dtype(
    [
        ("samples", "<i2", (HOP, 2)),  # the 735 stereo samples at 44.1 kHz before the step
        ("mono", "u1", (HOP,)),  # floor(128 (1 + x)) of their mean, clipped
        ("spectrum", "u1", (BINS,)),  # getByteFrequencyData of the mean of the channels
        ("fft", "u1", (2, BINS)),  # the same of each channel
        ("bands", "<f4", (8,)),  # bands.NAMES at the step, then the strength of a kick that
        ("onset", "<f4"),  # begins in [i/60, (i+1)/60): so many seconds after the step
    ]
)
TAIL = 64
"""Steps after the track: the smoothing needs 52 from 0 dB to -100 dB, the window 3."""
KICK_DECAY_S = 0.180

_BLOCK = 256
_MARGIN = bands.LONG // 2
_LIMITS = Limits(cpu_s=600, open_files=32)
_MEASURED = RECORD.fields["bands"][1] if RECORD.fields else 0
_MEASURED_BYTES = 36


def analyse(sound: Path, out: Path, told: Callable[[], None] | None = None) -> tuple[int, float]:
    """Analyse a WAV of ours and write its features file `out`, through its `.part`.

    Args:
        sound: the WAV.
        out: the file to write.
        told: called after every few seconds of sound, and when all of it is measured.

    Returns:
        Steps and seconds of the sound.

    Raises:
        ToqiboxError: storage_full, undecodable_audio (the WAV is not whole).
    """
    samples = (sound.stat().st_size - wave.HEADER_BYTES) // wave.FRAME_BYTES
    steps = samples * STEPS_PER_S // wave.RATE + 1
    progressed = told or (lambda: None)
    try:
        with part.writing(out) as file:
            start = _write_header(file, steps + TAIL)
            powers, low = _write_records(file, sound, steps + TAIL, progressed)
            measured = np.zeros((steps + TAIL, _MEASURED_BYTES // 4), "<f4")
            measured[:, : len(bands.NAMES)] = bands.scale(powers)
            for kick in kicks.find(low):
                step = min(int(kick.time_s * STEPS_PER_S), steps - 1)
                measured[step, -2:] = kick.strength, kick.time_s - step / STEPS_PER_S
            progressed()
            for step, values in enumerate(measured):
                file.seek(start + step * RECORD.itemsize + _MEASURED)
                file.write(values.tobytes())
    except ffmpeg.MediaError as error:
        raise ToqiboxError("undecodable_audio", detail=str(error)) from error
    return steps, samples / wave.RATE


class Features:
    """A features file, mapped; nothing of it is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        """Map the file.

        Raises:
            ValueError: it is no features file, or one of another format.
        """
        problem = f"{path.name} is not a features file of format {FORMAT}"
        try:
            self._records = np.load(path, mmap_mode="r")
        except (ValueError, EOFError) as error:
            raise ValueError(problem) from error
        if self._records.dtype != RECORD:
            raise ValueError(f"{problem}: its records are {self._records.dtype}"[:300])
        if self._records.ndim != 1 or len(self._records) <= TAIL:
            raise ValueError(f"{problem}: it holds {self._records.shape} records")
        self._tempo: tempo.Tempo | None = None

    @property
    def steps(self) -> int:
        """Steps of the track, without the tail."""
        return len(self._records) - TAIL

    def step(self, frame: int, fps: int) -> int:
        """The last step not after frame/fps; past the end, the one that is silence."""
        return min(frame * STEPS_PER_S // fps, len(self._records) - 1)

    def waveform(self, step: int, n: int, channel: int | None = None) -> NDArray[np.float32]:
        """The last `n` samples at 44.1 kHz before the step, oldest first, 0 before the start.

        Args:
            channel: 0 left, 1 right, None for their mean.
        """
        stereo = self._last("samples", step, n, 0).astype(np.float32) / np.float32(32_768)
        one = stereo.mean(axis=1) if channel is None else stereo[:, channel]
        return np.asarray(one, np.float32)

    def wave(self, step: int, n: int = SIZE) -> NDArray[np.uint8]:
        """The same of the mean as getByteTimeDomainData gives it, 128 for zero."""
        return self._last("mono", step, n, 128).astype(np.uint8, copy=False)

    def spectrum(self, step: int, channel: int | None = None) -> NDArray[np.uint8]:
        """getByteFrequencyData at the step, 1024 bins; `channel` as for `waveform`."""
        record = self._records[step]
        chosen = record["spectrum"] if channel is None else record["fft"][channel]
        return np.asarray(chosen)

    def kicks(self) -> NDArray[np.float64]:
        """All kicks, rows of time in seconds and strength 0..1."""
        strength = self._records["bands"][:, -1]
        at = np.flatnonzero(strength)
        times = at / STEPS_PER_S + self._records["onset"][at].astype(np.float64)
        return np.stack([times, strength[at]], axis=1)

    def beats(self) -> tuple[float, float]:
        """Seconds from beat to beat, and the time of the first; see tempo.find."""
        if self._tempo is None:
            short = [index for index, name in enumerate(bands.NAMES) if name not in bands.LOW]
            loudness = self._records["bands"][: self.steps, short]
            self._tempo = tempo.find(loudness, self.kicks(), STEPS_PER_S)
        return self._tempo

    def column(self, name: str, frames: int, fps: int) -> NDArray[np.float32]:
        """One value, 0..1, for each of the first `frames` frames.

        A band's value is that at frame/fps, between steps on a straight line. `kick` is
        strength x (1 - age/180 ms)^2 of the strongest kick under way; a kick at time t begins in
        frame floor(t x fps), where its age is 0.

        Args:
            name: one of bands.NAMES, or ``kick``.
        """
        if name == "kick":
            return _decays(self.kicks(), frames, fps)
        moments = np.arange(frames) * (STEPS_PER_S / fps)
        values = self._records["bands"][:, bands.NAMES.index(name)]
        between = np.interp(moments, np.arange(len(values)), values, right=0.0)
        return np.asarray(between, np.float32)

    def _last(self, field: str, step: int, n: int, filler: int) -> NDArray[np.integer]:
        first = max(0, step + 1 - -(-n // HOP))
        found = self._records[field][first : step + 1]
        found = found.reshape(-1, *found.shape[2:])[-n:]
        missing = n - len(found)
        if missing <= 0:
            return np.array(found)
        blank = np.full((missing, *found.shape[1:]), filler, found.dtype)
        return np.concatenate([blank, found])


def _decays(hits: NDArray[np.float64], frames: int, fps: int) -> NDArray[np.float32]:
    column = np.zeros(frames, np.float32)
    ages = np.arange(int(KICK_DECAY_S * fps) + 1) / fps
    curve = np.square(np.maximum(0, 1 - ages / KICK_DECAY_S))
    for time_s, strength in hits:
        first = int(time_s * fps)
        room = column[first : first + len(curve)]
        np.maximum(room, strength * curve[: len(room)], out=room, casting="same_kind")
    return column


def _write_header(file: BinaryIO, records: int) -> int:
    description = np.lib.format.dtype_to_descr(RECORD)
    np.lib.format.write_array_header_1_0(
        file, {"descr": description, "fortran_order": False, "shape": (records,)}
    )
    return file.tell()


def _write_records(
    file: BinaryIO, sound: Path, count: int, told: Callable[[], None]
) -> tuple[bands.Powers, kicks.Reals]:
    """Write all records but for `bands` and `onset`; return what those are made from."""
    analyser = Analyser()
    powers, low = [], []
    for first, signal in _blocks(sound, count):
        steps = min(_BLOCK, count - first)
        records = np.zeros(steps, RECORD)
        before = signal[_MARGIN - HOP :][: steps * HOP].reshape(steps, HOP, 2)
        records["samples"] = np.clip(np.rint(before * 32_768), -32_768, 32_767)
        records["mono"] = wave_bytes(mean(before))
        spectra = analyser.spectra(windows(signal, _MARGIN - SIZE, steps, SIZE))
        records["spectrum"], records["fft"] = spectra[:, 0], spectra[:, 1:]
        powers.append(bands.powers(windows(signal, 0, steps, bands.LONG)))
        inner = signal[_MARGIN - kicks.REACH :][: steps * HOP + 2 * kicks.REACH]
        low.append(kicks.lower(mean(inner)))
        file.write(records.tobytes())
        told()
    return np.concatenate(powers), np.concatenate(low)


def _blocks(sound: Path, count: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Pieces of the sound at 44.1 kHz: the first step of each, and its stereo samples.

    The sample at the piece's first step lies at _MARGIN; as many lie after its last step. What
    is before the beginning and after the end is 0.
    """
    stream = ffmpeg.input_file(sound, format="wav", format_whitelist="wav").audio
    argv = ffmpeg.output(stream, "pipe:1", ar=RATE, format="f32le")
    with ffmpeg.Process(argv, _LIMITS, stdout=True) as process:
        chunks = process.chunks()
        pending = bytearray(_MARGIN * wave.FRAME_BYTES)
        wanted = (_BLOCK * HOP + 2 * _MARGIN) * wave.FRAME_BYTES
        for first in range(0, count, _BLOCK):
            while len(pending) < wanted:
                pending += next(chunks, bytes(wanted))
            piece = np.frombuffer(bytes(pending[:wanted]), "<f4").reshape(-1, 2)
            del pending[: _BLOCK * HOP * wave.FRAME_BYTES]
            yield first, piece
        process.wait(30).check()
