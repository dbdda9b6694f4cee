"""The prepared audio as FLAC, for a browser that plays what the video will have."""

from collections.abc import Callable
from pathlib import Path

from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg
from server.media.ffmpeg_progress import wait_with_progress
from server.process.sandbox import Limits

_LIMITS = Limits(cpu_s=300, open_files=32)
_LIMIT_S = 600
_OPTIONS = {
    "c:a": "flac",
    "sample_fmt": "s16",
    "compression_level": 5,
    "map_metadata": -1,
    "flags:a": "+bitexact",
    "fflags": "+bitexact",
    "format": "flac",
}


def encode(audio: Path, out: Path, on_progress: Callable[[], None] = lambda: None) -> float:
    """Encode all samples of one of our WAV files to FLAC of 16 bits, without dither.

    A sample is rounded to the nearest of the 65,536 values, and clipped to full scale.

    Args:
        audio: the WAV.
        out: the file to write, through its `.part`.
        on_progress: called whenever more has been written.

    Returns:
        The processor seconds of ffmpeg.

    Raises:
        ToqiboxError: storage_full, encoder_failed.
    """
    stream = ffmpeg.input_file(audio, format="wav", format_whitelist="wav").audio
    try:
        argv = ffmpeg.output(stream, atomic.temp_path(out), **_OPTIONS)
        with ffmpeg.Process(argv, _LIMITS) as process:
            result = wait_with_progress(process, atomic.temp_path(out), on_progress, _LIMIT_S)
        cpu_s = result.raise_for_status("encoder_failed").cpu_s
        atomic.commit(out)
    except ffmpeg.MediaError as error:
        raise ToqiboxError("encoder_failed", detail=str(error)) from error
    finally:
        atomic.discard_temp(out)
    return cpu_s
