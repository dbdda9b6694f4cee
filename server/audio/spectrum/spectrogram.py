"""The spectra of a track, moment by moment, in one file that segments map.

The file is a `.npy` array of RECORD, one for each step of a 60 Hz grid: step i is at i/60 s. The
steps of the track, floor(60 x seconds) + 1, are followed by TAIL more in which the spectra decay;
the last of them is silence and represents all later ones.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.arrays import Float32Array, Float64Array
from server.audio.spectrum import bands, log_bands
from server.audio.spectrum.analyser_node import (
    BINS,
    HOP,
    RATE,
    SIZE,
    STEPS_PER_S,
    AnalyserNode,
    measure_magnitudes,
    mix_to_mono,
    wave_bytes,
    windows,
)
from server.audio.spectrum.loudness import LoudnessOutput, measure
from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg, wav
from server.process.sandbox import Limits
from server.protocol.feature_names import BANDS
from server.protocol.prepared_audio import SAMPLE_RATE

FORMAT = 3
"""Version of the file format that RECORD and TAIL describe."""
RECORD = np.dtype(
    [
        ("samples", "<i2", (HOP, 2)),  # the 735 stereo samples at 44.1 kHz before the step
        ("mono", "u1", (HOP,)),  # floor(128 (1 + x)) of their mean, clipped
        ("spectrum", "u1", (BINS,)),  # getByteFrequencyData of the mean of the channels
        ("fft", "u1", (2, BINS)),  # the same of each channel
        ("powers", "<f4", (len(BANDS),)),  # bands.BandMeasurements.powers
        ("shape", "<f4", (2,)),  # bands.BandMeasurements.shape
        ("flux", "<f4"),  # bands.amplitude_flux
        ("logbands", "u1", (2, log_bands.BAND_COUNT)),  # bands.BandMeasurements.log_bands
    ]
)
TAIL = 64
"""Steps after the track: smoothing takes 52 from 0 dB to -100 dB, the window 3."""

_BLOCK = 64
_THREADS = 2
_MARGIN = bands.LONG_WINDOW // 2
_LIMITS = Limits(cpu_s=600, open_files=32)


def analyse(audio: Path, out: Path, on_progress: Callable[[], None] | None = None) -> Float64Array:
    """Write the spectra of one of our WAV files to `out`, through its `.part`.

    Args:
        audio: the WAV.
        out: the file to write.
        on_progress: called after every few seconds of audio.

    Returns:
        The loudness, as `loudness.parse` does: measuring it too costs less than a second process.

    Raises:
        ToqiboxError: storage_full, undecodable_audio (the WAV is not whole).
    """
    steps = round(wav.seconds(audio) * SAMPLE_RATE) * STEPS_PER_S // SAMPLE_RATE + 1
    try:
        with LoudnessOutput() as loudness, atomic.atomic_write(out, sealed=True) as file:
            description = np.lib.format.dtype_to_descr(RECORD)
            header = {"descr": description, "fortran_order": False, "shape": (steps + TAIL,)}
            np.lib.format.write_array_header_1_0(file, header)
            for records in _records(audio, steps + TAIL, loudness):
                file.write(records.tobytes())
                if on_progress:
                    on_progress()
            return loudness.read()
    except ffmpeg.MediaError as error:
        raise ToqiboxError("undecodable_audio", detail=str(error)) from error


def load(path: Path) -> NDArray[np.void]:
    """Map a file; nothing is read until it is accessed.

    Raises:
        ValueError: the file has another format.
    """
    problem = f"{path.name} is not a file of spectra of format {FORMAT}"
    try:
        records: NDArray[np.void] = np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise ValueError(problem) from error
    if records.dtype != RECORD:
        raise ValueError(f"{problem}: its records are {records.dtype}"[:300])
    if records.ndim != 1 or len(records) <= TAIL:
        raise ValueError(f"{problem}: its shape is {records.shape}")
    return records


class _Block(NamedTuple):
    """Measurements of a block of steps that do not depend on those before."""

    records: NDArray[np.void]
    """All but `spectrum`, `fft` and `flux`."""
    magnitudes: Float64Array
    """See analyser_node.measure_magnitudes."""
    roots: Float32Array
    """See bands.BandMeasurements."""


def _records(audio: Path, count: int, loudness: LoudnessOutput) -> Iterator[NDArray[np.void]]:
    analyser = AnalyserNode()
    last: Float32Array | None = None
    # numpy transforms without the interpreter's lock: blocks are measured in parallel.
    with ThreadPoolExecutor(_THREADS) as pool:
        blocks = (
            pool.submit(_measure, signal, min(_BLOCK, count - first))
            for first, signal in _blocks(audio, count, loudness)
        )
        for block in _results(blocks):
            spectra = analyser.smooth(block.magnitudes)
            block.records["spectrum"], block.records["fft"] = spectra[:, 0], spectra[:, 1:]
            # Audio at the very beginning counts as a rise from silence.
            previous = np.zeros_like(block.roots[0]) if last is None else last
            block.records["flux"] = bands.amplitude_flux(block.roots, previous)
            last = block.roots[-1]
            yield block.records


def _results(blocks: Iterator[Future[_Block]]) -> Iterator[_Block]:
    """Yield results in order; a few blocks are begun before they are needed."""
    pending: deque[Future[_Block]] = deque()
    for block in blocks:
        pending.append(block)
        if len(pending) > _THREADS:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


def _measure(signal: Float32Array, steps: int) -> _Block:
    """Measure the steps of one of `_blocks`."""
    records = np.zeros(steps, RECORD)
    before = signal[_MARGIN - HOP :][: steps * HOP].reshape(steps, HOP, 2)
    records["samples"] = np.clip(np.rint(before * 32_768), -32_768, 32_767)
    records["mono"] = wave_bytes(mix_to_mono(before))
    measured = bands.measure_bands(windows(signal, 0, steps, bands.LONG_WINDOW))
    records["powers"], records["shape"] = measured.powers, measured.shape
    records["logbands"] = measured.log_bands
    recent = windows(signal, _MARGIN - SIZE, steps, SIZE)
    return _Block(records, measure_magnitudes(recent), measured.roots)


def _blocks(
    audio: Path, count: int, loudness: LoudnessOutput
) -> Iterator[tuple[int, Float32Array]]:
    """Yield blocks of the audio at 44.1 kHz: the first step, and stereo samples.

    The sample of a block's first step is at index _MARGIN; as many samples follow its last step.
    Samples before the beginning and after the end are 0.
    """
    stream = ffmpeg.input_file(audio, format="wav", format_whitelist="wav").audio
    both = stream.filter_multi_output("asplit")
    measured = measure(both[1], f"pipe:{loudness.descriptor}")
    argv = ffmpeg.output(both[0], "pipe:1", measured=measured, ar=RATE, format="f32le")
    with ffmpeg.Process(argv, _LIMITS, stdout=True, pass_fds=[loudness.descriptor]) as process:
        chunks = process.chunks()
        pending = bytearray(_MARGIN * wav.FRAME_BYTES)
        block_bytes = (_BLOCK * HOP + 2 * _MARGIN) * wav.FRAME_BYTES
        for first in range(0, count, _BLOCK):
            while len(pending) < block_bytes:
                pending += next(chunks, bytes(block_bytes))
            # One channel after the other: windows of adjacent samples are computed faster.
            piece = np.asfortranarray(
                np.frombuffer(bytes(pending[:block_bytes]), "<f4").reshape(-1, 2)
            )
            del pending[: _BLOCK * HOP * wav.FRAME_BYTES]
            yield first, piece
        process.wait(30).raise_for_status()
