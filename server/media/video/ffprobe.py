"""The streams and packets of one of our files, by ffprobe."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.media import ffmpeg
from server.process.sandbox import Limits

_LIMITS = Limits(cpu_s=60, open_files=64)
_STREAM = (
    "codec_name,codec_type,profile,width,height,pix_fmt,sample_rate,channels,time_base,"
    "start_pts,duration_ts,color_range,color_space,color_transfer,color_primaries,has_b_frames"
)

_PACKET = "pts,dts,duration,flags"


@dataclass(frozen=True)
class Packet:
    """A packet; times are in the stream's time base."""

    pts: int
    dts: int
    duration: int
    key: bool


def streams(path: Path) -> list[dict[str, Any]]:
    """Return the streams of the MP4 `path`, each a dict with ffprobe's names.

    Raises:
        MediaError: the file cannot be read.
    """
    arguments = ["-show_entries", f"stream={_STREAM}", "-of", "json"]
    result = ffmpeg.run(_argv(path, arguments), _LIMITS, stdout_bytes=1 << 20).raise_for_status()
    listing: list[dict[str, Any]] = json.loads(result.stdout)["streams"]
    return listing


def packets(path: Path, stream: str = "v:0") -> list[Packet]:
    """Return the packets of one stream of the MP4 `path`, in the order of the file.

    Raises:
        MediaError: the file cannot be read.
    """
    arguments = ["-select_streams", stream, "-of", "json=compact=1"]
    arguments += ["-show_entries", f"packet={_PACKET}"]
    result = ffmpeg.run(_argv(path, arguments), _LIMITS, stdout_bytes=1 << 26).raise_for_status()
    return [_packet(entry) for entry in json.loads(result.stdout).get("packets", [])]


def streams_and_packets(path: Path) -> tuple[list[dict[str, Any]], list[Packet]]:
    """Return the streams of the MP4 `path` and the packets of the first, in one call.

    Raises:
        MediaError: the file cannot be read.
    """
    arguments = ["-show_entries", f"stream={_STREAM}:packet=stream_index,{_PACKET}"]
    arguments += ["-of", "json=compact=1"]
    result = ffmpeg.run(_argv(path, arguments), _LIMITS, stdout_bytes=1 << 27).raise_for_status()
    answer = json.loads(result.stdout)
    video_packets = [entry for entry in answer.get("packets", []) if entry["stream_index"] == 0]
    return answer["streams"], [_packet(entry) for entry in video_packets]


def _packet(entry: dict[str, Any]) -> Packet:
    return Packet(
        pts=int(entry["pts"]),
        dts=int(entry["dts"]),
        duration=int(entry.get("duration", 0)),
        key="K" in entry["flags"],
    )


def _argv(path: Path, arguments: list[str]) -> list[str]:
    input_options = ["-protocol_whitelist", "file", "-format_whitelist", "mov", "-f", "mov"]
    return ["ffprobe", "-v", "error", *input_options, *arguments, ffmpeg.file_url(path)]
