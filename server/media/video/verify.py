"""Whether a finished film is what was asked for: an exit status of 0 proves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.errors import ToqiboxError
from server.media import mp4_boxes, wav
from server.media.video import ffprobe

_AAC_FRAME_S = 1024 / wav.RATE
_TOLERANCE_S = 0.001


@dataclass(frozen=True)
class Expected:
    """What the film must be."""

    frames: int
    fps: int
    width: int
    height: int


@dataclass(frozen=True)
class Check:
    """What was found in it."""

    frames: int
    video_s: float
    audio_s: float
    uniform: bool
    moov_first: bool
    colour: tuple[str, str, str, str]
    """Range, matrix, transfer, primaries."""


def check(film: Path, expected: Expected) -> Check:
    """Look into the MP4 `film` and compare.

    Raises:
        ToqiboxError: output_invalid; the detail names all that is wrong.
        MediaError: it cannot be read at all.
    """
    streams, packets = ffprobe.film(film)
    kinds = [stream.get("codec_name") for stream in streams]
    if kinds != ["h264", "aac"]:
        raise ToqiboxError("output_invalid", detail=f"streams {kinds}")
    video, audio = streams
    step = _ticks(video, 1) / expected.fps
    times = sorted(packet.pts for packet in packets)
    found = Check(
        frames=len(packets),
        video_s=_seconds(video),
        audio_s=_seconds(audio),
        uniform=times == [round(frame * step) for frame in range(len(times))],
        moov_first=_moov_first(film),
        colour=tuple(video.get(f"color_{name}", "?") for name in _COLOUR),
    )
    size = (video["width"], video["height"])
    wrong = [*_faults(found, expected)]
    if size != (expected.width, expected.height) or video["pix_fmt"] != "yuv420p":
        wrong.append(f"picture {size} {video['pix_fmt']}")
    if (audio["sample_rate"], audio["channels"]) != (str(wav.RATE), wav.CHANNELS):
        wrong.append(f"sound {audio['sample_rate']} Hz, {audio['channels']} channels")
    if wrong:
        raise ToqiboxError("output_invalid", detail="; ".join(wrong))
    return found


_COLOUR = ("range", "space", "transfer", "primaries")


def _faults(found: Check, expected: Expected) -> Iterator[str]:
    seconds = expected.frames / expected.fps
    if found.frames != expected.frames:
        yield f"{found.frames} frames for {expected.frames}"
    if not found.uniform:
        yield "frames are not evenly spaced from 0"
    if abs(found.video_s - seconds) > _TOLERANCE_S:
        yield f"pictures for {found.video_s} s instead of {seconds}"
    if abs(found.audio_s - seconds) > _AAC_FRAME_S:
        yield f"sound for {found.audio_s} s instead of {seconds}"
    if not found.moov_first:
        yield "moov is not before mdat"
    if found.colour != ("tv", "bt709", "bt709", "bt709"):
        yield f"colour {found.colour}"


def _ticks(stream: dict[str, Any], seconds: int) -> float:
    over, under = map(int, stream["time_base"].split("/"))
    return seconds * under / over


def _seconds(stream: dict[str, Any]) -> float:
    return int(stream["duration_ts"]) / _ticks(stream, 1)


def _moov_first(film: Path) -> bool:
    kinds = [kind for kind in mp4_boxes.kinds(film) if kind in (b"moov", b"mdat")]
    return kinds == [b"moov", b"mdat"]
