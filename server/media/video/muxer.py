"""The last step: segments and audio are muxed into one video, verified and published."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.errors import ToqiboxError
from server.files import atomic
from server.media import ffmpeg, mp4_boxes
from server.media.ffmpeg_progress import wait_with_progress
from server.media.video.encoder_options import TICKS_PER_FRAME
from server.media.video.verify import ExpectedVideo, verify
from server.process.sandbox import Limits
from server.protocol.encodings import H264, Codec
from server.protocol.results.media import MuxedVideo

_LIMITS = Limits(cpu_s=600, open_files=64)
_MAX_TEXT = 200
_LINE_ENDS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
"""Tabs and line ends, replaced by a space."""


@dataclass(frozen=True)
class Metadata:
    """The metadata of the video."""

    title: str | None = None
    artist: str | None = None


def mux(
    segments: list[Path],
    audio: Path,
    expected: ExpectedVideo,
    out: Path,
    metadata: Metadata = Metadata(),
    on_stage: Callable[[str], None] = lambda _: None,
) -> MuxedVideo:
    """Copy the segments and the audio into the MP4 `out`, `moov` first, and verify it.

    Args:
        segments: our MP4 files in order.
        audio: the file written by `aac_encoder.encode`.
        expected: the required properties of the video.
        out: the video, written through its `.part`.
        metadata: the only metadata.
        on_stage: called with ``mux`` while the video is being written, then with ``muxed`` and
            ``checked``.

    Raises:
        ToqiboxError: output_invalid, storage_full.
    """
    listing = out.with_name(out.name + ".list")
    try:
        with atomic.translate_disk_full():
            listing.write_text(_concat_script(segments, expected.fps), "utf-8")
        argv = _mux_argv(
            listing, audio, atomic.temp_path(out), expected, _metadata_options(metadata)
        )
        with ffmpeg.Process(argv, _LIMITS) as process:
            result = wait_with_progress(
                process, atomic.temp_path(out), lambda: on_stage("mux"), 600
            )
        result.raise_for_status("output_invalid")
        on_stage("muxed")
        check = verify(atomic.temp_path(out), expected)
        on_stage("checked")
        video = MuxedVideo(
            bytes=atomic.temp_path(out).stat().st_size,
            sha256=_sha256(atomic.temp_path(out)),
            check=check,
        )
        atomic.commit(out)
    except (ffmpeg.MediaError, ValueError, FileNotFoundError) as error:
        raise ToqiboxError("output_invalid", detail=str(error)) from error
    finally:
        listing.unlink(missing_ok=True)
        atomic.discard_temp(out)
    return video


def locate_frame(segments: Sequence[Path], frame: int) -> tuple[Path, int]:
    """Return the segment of a frame of the video, and the number of the frame in it.

    Raises:
        ToqiboxError: output_invalid, a segment cannot be read or they have fewer frames.
    """
    try:
        for segment in segments:
            frames = _frames(segment)
            if frame < frames:
                return segment, frame
            frame -= frames
    except (ValueError, FileNotFoundError) as error:
        raise ToqiboxError("output_invalid", detail=f"no poster: {error}") from error
    raise ToqiboxError("output_invalid", detail=f"{frame + 1} frames too few for the poster")


def write_poster(video: Path, frame: int, fps: int, out: Path, codec: Codec = H264) -> None:
    """Write frame `frame` of one of our videos as the JPEG `out`.

    Raises:
        ToqiboxError: output_invalid, storage_full.
    """
    # Half a frame early: frames before the requested time are dropped.
    moment = max(0.0, (frame - 0.5) / fps)
    source = ffmpeg.input_file(
        video,
        format="mov",
        format_whitelist="mov",
        codec_whitelist=codec.decoders,
        ss=f"{moment:.6f}",
    )
    # JPEG means BT.601 in full range.
    convert = "scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=bt601:out_range=pc"
    options = {"vf": f"{convert},format=yuvj420p", "frames:v": 1, "q:v": 3, "c:v": "mjpeg"}
    options |= {"an": None, "map_metadata": -1, "flags:v": "+bitexact", "fflags": "+bitexact"}
    argv = ffmpeg.output(
        source["v:0"], atomic.temp_path(out), format="image2", update=1, threads=1, **options
    )
    try:
        ffmpeg.run(argv, _LIMITS).raise_for_status("output_invalid")
        atomic.commit(out)
    except (ffmpeg.MediaError, FileNotFoundError) as error:
        raise ToqiboxError("output_invalid", detail=f"no poster: {error}") from error
    finally:
        atomic.discard_temp(out)


def _concat_script(segments: Iterable[Path], fps: int) -> str:
    """Return the script of the concat demuxer.

    It counts in whole microseconds. Each duration is the difference of two rounded times, so that
    errors do not accumulate and every segment starts on its own tick.
    """
    lines, frames = ["ffconcat version 1.0"], 0
    for segment in segments:
        begin, frames = frames, frames + _frames(segment)
        length = round(frames * 1_000_000 / fps) - round(begin * 1_000_000 / fps)
        name = ffmpeg.file_url(segment).replace("'", r"'\''")
        lines += [f"file '{name}'", f"duration {length // 1_000_000}.{length % 1_000_000:06d}"]
    return "\n".join(lines) + "\n"


def _frames(segment: Path) -> int:
    return mp4_boxes.media_duration(segment)[0] // TICKS_PER_FRAME


def _mux_argv(
    listing: Path, audio: Path, out: Path, expected: ExpectedVideo, tags: dict[str, str]
) -> list[str]:
    fps = expected.fps
    video_input = ffmpeg.input_file(listing, format="concat", format_whitelist="concat,mov", safe=0)
    audio_input = ffmpeg.input_file(audio, format="mov", format_whitelist="mov")
    options: dict[str, object] = {
        "c": "copy",
        "tag:v": expected.codec.sample_entry,
        # A segment of one or two frames has no B-frame delay, but its neighbours have: decoding
        # times are reassigned, one per frame.
        "bsf:v": f"setts=pts=PTS:dts=(N-{expected.codec.max_reorder})*{TICKS_PER_FRAME}",
        "video_track_timescale": TICKS_PER_FRAME * fps,
        "movie_timescale": TICKS_PER_FRAME * fps,
        "movflags": "+faststart+write_colr",
        "fflags": "+bitexact",
        "map_metadata": -1,
        "map_chapters": -1,
        "format": "mp4",
        **tags,
    }
    return ffmpeg.output([video_input["v:0"], audio_input["a:0"]], out, **options)


def _metadata_options(metadata: Metadata) -> dict[str, str]:
    """Return the metadata options in two spellings: one name could be given only once."""
    fields = (("metadata", "title", metadata.title), ("metadata:g", "artist", metadata.artist))
    return {option: f"{name}={_clean_text(text)}" for option, name, text in fields if text}


def _clean_text(text: str) -> str:
    """Return one line without characters that no argument can hold."""
    line = _LINE_ENDS.sub(" ", text).strip()
    chars = (char for char in line if unicodedata.category(char) not in ("Cc", "Cs"))
    return "".join(chars)[:_MAX_TEXT]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
