"""Encoding of the prepared audio for the video."""

from collections.abc import Callable
from pathlib import Path

from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg
from server.media.ffmpeg_progress import wait_with_progress
from server.protocol.prepared_audio import CHANNELS, SAMPLE_RATE
from server.sandbox import Limits

_LIMITS = Limits(cpu_s=900, open_files=32)


def encode(
    audio: Path, frames: int, fps: int, out: Path, on_progress: Callable[[], None] | None = None
) -> ffmpeg.ProcessResult:
    """Encode one of our WAV files to AAC LC, 192 kb/s, of exactly frames/fps seconds.

    Longer audio is cut, shorter is padded with silence. `out` is an MP4 of one track, whose edit
    list skips the encoder's priming: decoded sample 0 is sample 0 of the WAV.

    Args:
        audio: the WAV.
        frames: number of frames of the video.
        fps: frames a second.
        out: the file to write, through its `.part`.
        on_progress: called whenever more has been written.

    Raises:
        ToqiboxError: storage_full, encoder_failed.
    """
    samples = frames * SAMPLE_RATE // fps
    stream = ffmpeg.input_file(audio, format="wav", format_whitelist="wav").audio
    stream = stream.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    options = {
        "c:a": "aac",
        "profile:a": "aac_low",
        "b:a": "192k",
        "ar": SAMPLE_RATE,
        "ac": CHANNELS,
        "map_metadata": -1,
        "flags:a": "+bitexact",
        "fflags": "+bitexact",
        "movie_timescale": SAMPLE_RATE,
        "format": "mp4",
    }
    argv = ffmpeg.output(stream, atomic.temp_path(out), **options)
    try:
        with ffmpeg.Process(argv, _LIMITS) as process:
            result = wait_with_progress(
                process, atomic.temp_path(out), on_progress or (lambda: None), 1800
            )
        result.raise_for_status("encoder_failed")
        atomic.commit(out, sealed=True)
    except ffmpeg.MediaError as error:
        raise ToqiboxError("encoder_failed", detail=str(error)) from error
    finally:
        atomic.discard_temp(out)
    return result
