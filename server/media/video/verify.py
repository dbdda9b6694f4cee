"""Verification of a finished video: an exit status of 0 proves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.errors import ToqiboxError
from server.media import mp4_boxes
from server.media.video import ffprobe
from server.protocol.encodings import AUDIO_CODEC, H264, Codec
from server.protocol.prepared_audio import CHANNELS, SAMPLE_RATE
from server.protocol.results.media import VideoCheck

AAC_FRAME_S = 1024 / SAMPLE_RATE
_TOLERANCE_S = 0.001


@dataclass(frozen=True)
class ExpectedVideo:
    """The required properties of the video."""

    frames: int
    fps: int
    width: int
    height: int
    codec: Codec = H264


def verify(path: Path, expected: ExpectedVideo) -> VideoCheck:
    """Inspect the MP4 `path` and compare it with the expected properties.

    Raises:
        ToqiboxError: output_invalid; the detail lists all differences.
        MediaError: the file cannot be read.
    """
    streams, packets = ffprobe.streams_and_packets(path)
    codecs = [stream.get("codec_name") for stream in streams]
    if codecs != [expected.codec.name, AUDIO_CODEC]:
        raise ToqiboxError("output_invalid", detail=f"streams {codecs}")
    video, audio = streams
    step = _ticks(video, 1) / expected.fps
    times = sorted(packet.pts for packet in packets)
    check = VideoCheck(
        frames=len(packets),
        video_s=_seconds(video),
        audio_s=_seconds(audio),
        uniform=times == [round(frame * step) for frame in range(len(times))],
        moov_first=_moov_first(path),
        colour=tuple(video.get(f"color_{name}", "?") for name in _COLOUR),
    )
    size = (video["width"], video["height"])
    faults = [*_faults(check, expected)]
    if size != (expected.width, expected.height) or video["pix_fmt"] != "yuv420p":
        faults.append(f"video {size} {video['pix_fmt']}")
    if (audio["sample_rate"], audio["channels"]) != (str(SAMPLE_RATE), CHANNELS):
        faults.append(f"audio {audio['sample_rate']} Hz, {audio['channels']} channels")
    if faults:
        raise ToqiboxError("output_invalid", detail="; ".join(faults))
    return check


_COLOUR = ("range", "space", "transfer", "primaries")


def _faults(check: VideoCheck, expected: ExpectedVideo) -> Iterator[str]:
    seconds = expected.frames / expected.fps
    if check.frames != expected.frames:
        yield f"{check.frames} frames instead of {expected.frames}"
    if not check.uniform:
        yield "frames are not evenly spaced from 0"
    if abs(check.video_s - seconds) > _TOLERANCE_S:
        yield f"video duration {check.video_s} s instead of {seconds}"
    if abs(check.audio_s - seconds) > AAC_FRAME_S:
        yield f"audio duration {check.audio_s} s instead of {seconds}"
    if not check.moov_first:
        yield "moov is not before mdat"
    if check.colour != ("tv", "bt709", "bt709", "bt709"):
        yield f"colour {check.colour}"


def _ticks(stream: dict[str, Any], seconds: int) -> float:
    numerator, denominator = map(int, stream["time_base"].split("/"))
    return seconds * denominator / numerator


def _seconds(stream: dict[str, Any]) -> float:
    return int(stream["duration_ts"]) / _ticks(stream, 1)


def _moov_first(path: Path) -> bool:
    top_level = [kind for kind in mp4_boxes.box_types(path) if kind in (b"moov", b"mdat")]
    return top_level == [b"moov", b"mdat"]
