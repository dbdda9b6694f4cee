"""The audio of the video: our WAV file encoded to AAC LC, without peaks beyond full scale.

A lossy encoder moves the peaks of a loud master beyond full scale, by up to some decibels, and a
player that converts to integers cuts them off. So the encoded audio is decoded again, and if a
sample is beyond full scale, the whole track is encoded once more, lowered by as much. A constant
gain changes no dynamics, which a limiter would.

ffmpeg's `fast` coder is the better one at this bit rate: less noise and fewer such peaks than with
the default, `twoloop`, for a third of the processor time. Noise substitution and intensity stereo
are off, since they replace the waveform: without them the worst bands have less noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg
from server.media.ffmpeg_progress import wait_with_progress
from server.process.sandbox import Limits
from server.protocol.prepared_audio import CHANNELS, SAMPLE_RATE

_LIMITS = Limits(cpu_s=900, open_files=32)
_LIMIT_S = 1800
_MAX_PASSES = 4
_MARGIN = 0.98
"""Share of full scale that a lowered track aims at: its coding noise is not the same again."""


@dataclass(frozen=True)
class EncodedTrack:
    """The file published by `encode`."""

    cpu_s: float
    """Processor seconds used by ffmpeg."""
    gain: float
    """Factor on the samples: below 1 if peaks would have been beyond full scale."""
    peak: float
    """Largest decoded sample, 1.0 is full scale."""


def encode(
    audio: Path, frames: int, fps: int, out: Path, on_progress: Callable[[], None] = lambda: None
) -> EncodedTrack:
    """Encode one of our WAV files to AAC LC, 256 kb/s, of exactly frames/fps seconds.

    Longer audio is cut, shorter is padded with silence. `out` is an MP4 of one track, whose edit
    list skips the encoder's priming: decoded sample 0 is sample 0 of the WAV.

    Args:
        audio: the WAV.
        frames: number of frames of the video.
        fps: frames a second.
        out: the file to write, through its `.part`.
        on_progress: called whenever more has been written or read.

    Raises:
        ToqiboxError: storage_full, encoder_failed.
    """
    samples = frames * SAMPLE_RATE // fps
    cpu_s, gain = 0.0, 1.0
    try:
        for _ in range(_MAX_PASSES):
            cpu_s += _encode(audio, samples, gain, atomic.temp_path(out), on_progress)
            peak, decode_s = _decoded_peak(atomic.temp_path(out), on_progress)
            cpu_s += decode_s
            if peak <= 1:
                break
            gain *= _MARGIN / peak
        atomic.commit(out, sealed=True)
    except ffmpeg.MediaError as error:
        raise ToqiboxError("encoder_failed", detail=str(error)) from error
    finally:
        atomic.discard_temp(out)
    return EncodedTrack(cpu_s, gain, peak)


def _encode(
    audio: Path, samples: int, gain: float, out: Path, on_progress: Callable[[], None]
) -> float:
    """Encode `samples` samples into `out`; return the processor seconds."""
    stream = ffmpeg.input_file(audio, format="wav", format_whitelist="wav").audio
    stream = stream.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    if gain < 1:
        stream = stream.filter("volume", volume=f"{gain:.6f}", precision="float")
    options = {
        "c:a": "aac",
        "profile:a": "aac_low",
        "b:a": "256k",
        "aac_coder": "fast",
        "aac_pns": 0,
        "aac_is": 0,
        "ar": SAMPLE_RATE,
        "ac": CHANNELS,
        "map_metadata": -1,
        "flags:a": "+bitexact",
        "fflags": "+bitexact",
        "movie_timescale": SAMPLE_RATE,
        "format": "mp4",
    }
    with ffmpeg.Process(ffmpeg.output(stream, out, **options), _LIMITS) as process:
        result = wait_with_progress(process, out, on_progress, _LIMIT_S)
    return result.raise_for_status("encoder_failed").cpu_s


def _decoded_peak(encoded: Path, on_progress: Callable[[], None]) -> tuple[float, float]:
    """Return the largest absolute sample of our AAC file, and the processor seconds."""
    import numpy as np  # takes longer to import than a short track to encode

    source = ffmpeg.input_file(encoded, format="mov", format_whitelist="mov", codec_whitelist="aac")
    argv = ffmpeg.output(source["a:0"], "pipe:1", format="f32le", acodec="pcm_f32le")
    peak, rest = 0.0, b""
    with ffmpeg.Process(argv, _LIMITS, stdout=True) as process:
        for chunk in process.chunks():
            data = rest + chunk
            whole = len(data) // 4 * 4
            rest = data[whole:]
            values = np.frombuffer(data, "<f4", whole // 4)
            peak = max(peak, float(np.abs(values).max(initial=0)))
            on_progress()
        result = process.wait(30).raise_for_status("encoder_failed")
    return peak, result.cpu_s
