"""Decoding of a track: once into our own WAV file, or as a whole for analysis."""

import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from server.arrays import Int16Array
from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg, mp4_boxes, wav
from server.media.tracks import channel_mix, stream_listing, untrusted_input
from server.messages import message
from server.process.sandbox import Limits
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.results.media import DecodedAudio

if TYPE_CHECKING:
    from server.media.tracks.excerpt import Excerpt

_LIMITS = Limits(memory_bytes=1 << 30, cpu_s=15, open_files=32)
_SEEKABLE = ("wav", "w64", "aiff", "flac")
"""Demuxers with numbered samples, so that a seek is exact."""
_NO_SEEK_S = 30
"""Start time up to which decoding begins at 0 without a seek."""
_LEAD_S = 2
"""Seconds decoded before the excerpt, for the filter of the resampler."""
ANALYSIS_RATE = 44_100
"""Sample rate of the analysis."""


class Part(NamedTuple):
    """A part of a track, in seconds."""

    start: Decimal
    duration: Decimal | None
    """None for the rest of the track."""
    max_duration: Decimal


class _Upload(NamedTuple):
    path: Path
    kind: str
    is_cancelled: Callable[[], bool]

    def raise_if_cancelled(self) -> None:
        if self.is_cancelled():
            raise CancelledError


def decode(
    path: Path,
    kind: str,
    part: Part,
    out: Path,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> DecodedAudio:
    """Decode a part of a track into the 48 kHz stereo WAV `out`.

    Samples are counted: the length in a header is not trusted, and seeking is used only if the file
    numbers its samples; it goes to a whole second, where all rates have a sample. A file with a
    broken end gives what could be decoded. The result is shorter than `duration` if the track is.
    NaN and infinities become 0 and samples are clipped to ±4.

    Args:
        path: the upload.
        kind: its demuxer, from `sniff_audio_file`.
        part: what to decode.
        out: the WAV file, written through its `.part`.
        is_cancelled: called at intervals; True ends the decoding.

    Raises:
        CancelledError: it was cancelled.
        ToqiboxError: undecodable_audio, duration_too_long, invalid_parameter (`start` is at or past
            the end), storage_full.
    """
    from server.media.tracks.excerpt import (
        Excerpt,  # imports numpy, which other tasks do not need
    )

    start, duration, max_duration = part
    too_long = ToqiboxError("duration_too_long", field="duration", limit=max_duration)
    if duration is not None and duration > max_duration:
        raise too_long
    if kind == "mov" and mp4_boxes.is_protected(path):  # it would decode to noise
        raise ToqiboxError("undecodable_audio", field="audio", why=message("protected"))
    wanted_samples = max(_to_samples(max_duration if duration is None else duration), 1)
    # One sample past the limit distinguishes a track of exactly that length from a longer one.
    first, max_samples = _to_samples(start), wanted_samples + (duration is None)
    seek_s = max(int(start) - _LEAD_S, 0) if kind in _SEEKABLE and start > _NO_SEEK_S else 0
    upload = _Upload(path, kind, is_cancelled)
    with atomic.atomic_write(out, sealed=True) as file:
        excerpt = Excerpt(first - seek_s * SAMPLE_RATE, max_samples, _stated_end(path, kind))
        _fill(excerpt, upload, file, seek_s)
        if excerpt.overran_end or (seek_s and excerpt.decoded <= excerpt.first):
            excerpt = Excerpt(first, max_samples)
            _fill(excerpt, upload, file)
        if excerpt.decoded <= excerpt.first:
            raise _start_past_end(excerpt.decoded)
        if excerpt.samples > wanted_samples:
            raise too_long
        file.seek(0)
        file.write(wav.header(excerpt.samples))
    return DecodedAudio(
        samples=excerpt.samples, sha256=excerpt.digest.hexdigest(), loudest_s=excerpt.loudest_s()
    )


def decode_whole(path: Path, kind: str, max_seconds: int) -> "Int16Array":
    """Decode a whole track to 44.1 kHz, samples x 2, for analysis.

    Args:
        path: the upload.
        kind: its demuxer, from `sniff_audio_file`.
        max_seconds: maximum duration.

    Raises:
        ToqiboxError: undecodable_audio, invalid_parameter (of `start`: the track is too long).
    """
    import numpy as np

    data, result = _decode_all(path, kind, max_seconds, channel_mix.BY_LAYOUT)
    if not data and result.rc > 0 and (filter_ := _average_filter(path, kind)):
        data, result = _decode_all(path, kind, max_seconds, filter_)
    if len(data) < 4 or result.rc < 0:
        raise _decode_error(path, kind, result)
    return np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2)


def _decode_all(
    path: Path, kind: str, max_seconds: int, mix_filter: str
) -> tuple[bytes, ffmpeg.ProcessResult]:
    """Decode to interleaved 16-bit samples at ANALYSIS_RATE; see `decode_whole`."""
    max_bytes = max_seconds * ANALYSIS_RATE * 4
    pieces, size = [], 0
    argv = _decode_argv(path, kind, mix_filter, rate=ANALYSIS_RATE, sample_format="s16le")
    try:
        with ffmpeg.Process(argv, _LIMITS, stdout=True) as process:
            for chunk in process.chunks():
                pieces.append(chunk)
                size += len(chunk)
                if size > max_bytes:
                    why = message("track_too_long", limit=max_seconds)
                    raise ToqiboxError("invalid_parameter", field="start", name="start", reason=why)
            result = process.wait(30)
    except ffmpeg.MediaError as error:
        raise ToqiboxError("undecodable_audio", field="audio", detail=str(error)) from error
    return b"".join(pieces), result


def _to_samples(seconds: Decimal) -> int:
    return int((seconds * SAMPLE_RATE).to_integral_value(ROUND_HALF_UP))


def _stated_end(path: Path, kind: str) -> int | None:
    """Return the sample after the stated end of the track; None if the file has none.

    AAC pads its last frame; FFmpeg before 7 outputs that padding as audio.
    """
    seconds = mp4_boxes.audio_seconds(path) if kind == "mov" else None
    return None if seconds is None else _to_samples(seconds)


def _average_filter(path: Path, kind: str) -> str | None:
    """Return the filter for a track with many channels without positions; None for others."""
    channels = stream_listing.unplaced_channels(path, kind)
    return (
        channel_mix.average_filter(channels) if 0 < channels <= channel_mix.MAX_CHANNELS else None
    )


def _fill(
    excerpt: "Excerpt",
    upload: _Upload,
    file: BinaryIO,
    seek_s: int = 0,
    mix_filter: str = channel_mix.BY_LAYOUT,
) -> None:
    """Write the excerpt's samples to `file`; kill ffmpeg once there are enough.

    After a seek of `seek_s` seconds, samples are counted from there.
    """
    path, kind, _ = upload
    upload.raise_if_cancelled()
    file.seek(0)
    file.truncate()
    file.write(wav.header(0))
    try:
        argv = _decode_argv(path, kind, mix_filter, seek_s)
        with ffmpeg.Process(argv, _LIMITS, stdout=True) as process:
            for chunk in process.chunks():
                upload.raise_if_cancelled()
                file.write(excerpt.feed(chunk))
                if excerpt.full:
                    return
            result = process.wait(30)
    except ffmpeg.MediaError as error:
        raise ToqiboxError("undecodable_audio", field="audio", detail=str(error)) from error
    upload.raise_if_cancelled()
    # A broken end of the file may give a status above 0. A signal means a crash or a limit: the
    # output before it depends on timing.
    if result.rc < 0 or (excerpt.decoded == 0 and not seek_s):
        if (
            result.rc > 0
            and mix_filter == channel_mix.BY_LAYOUT
            and (average_filter := _average_filter(path, kind))
        ):
            _fill(excerpt, upload, file, seek_s, average_filter)
        else:
            raise _decode_error(path, kind, result)


def _decode_error(path: Path, kind: str, result: ffmpeg.ProcessResult) -> ToqiboxError:
    detail = f"rc {result.rc}: {result.messages[-1000:]}"
    if result.rc == -signal.SIGXCPU:
        why = message("slow_to_decode")
        return ToqiboxError("undecodable_audio", field="audio", detail=detail, why=why)
    if result.rc < 0:
        return ToqiboxError("undecodable_audio", field="audio", detail=detail)
    is_clean = result.rc == 0 and not result.messages.strip()
    return stream_listing.decode_error(path, kind, detail, is_clean=is_clean)


def _decode_argv(
    path: Path,
    kind: str,
    mix_filter: str,
    seek_s: int = 0,
    rate: int = SAMPLE_RATE,
    sample_format: str = "f32le",
) -> list[str]:
    seek = {"ss": seek_s} if seek_s else {}
    upload = ffmpeg.input_file(path, **untrusted_input.options(path, kind), **seek)
    options = {"vn": None, "sn": None, "dn": None, "ar": rate, "format": sample_format}
    return ffmpeg.output(upload["a:0"], "pipe:1", af=f"{mix_filter},aresample={rate}", **options)


def _start_past_end(decoded: int) -> ToqiboxError:
    seconds = f"{decoded / SAMPLE_RATE:.3f}".rstrip("0").rstrip(".")
    return ToqiboxError(
        "invalid_parameter",
        field="start",
        name="start",
        reason=message("past_the_end", seconds=seconds),
    )
