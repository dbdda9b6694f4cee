"""Checks of finished videos, exact to the pixel and to the tick."""

import struct
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.harness import media
from tests.harness.limits import HANG_S


def frames(video: Path, width: int, height: int, *, max_frames: int = 8) -> NDArray[np.uint8]:
    """Decode up to `max_frames` frames of the video as RGB, by BT.709: (frames, height, width, 3).

    Slow but exact: chroma is enlarged for every pixel and the sums are rounded, not truncated.
    """
    count = int(stream(video, "video")["nb_frames"])
    every = max(1, count // max_frames)
    scale = "scale=in_color_matrix=bt709:in_range=tv:out_range=pc"
    scale += ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    selection = rf"select=not(mod(n\,{every}))"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-map", "0:v"]
    command += ["-vf", f"{selection},{scale},format=rgb24", "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-"]
    result = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S)
    return np.frombuffer(result.stdout, np.uint8).reshape(-1, height, width, 3)


def tagged_frames(video: Path, width: int, height: int) -> NDArray[np.uint8]:
    """Decode all frames of the video as RGB, as its tags say: (frames, height, width, 3).

    A file without tags would be read as BT.601, as players do at small sizes.
    """
    scale = "scale=out_range=pc:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-map", "0:v"]
    command += ["-vf", f"{scale},format=rgb24", "-f", "rawvideo", "-"]
    result = subprocess.run(command, capture_output=True, check=True, timeout=HANG_S)
    return np.frombuffer(result.stdout, np.uint8).reshape(-1, height, width, 3)


@lru_cache(maxsize=16)
def _probe(video: Path, _changed_ns: int) -> dict[str, Any]:
    return media.contents(video, "-show_packets")


def probe(video: Path) -> dict[str, Any]:
    """Return ffprobe's report of a video: its format, its streams and its packets."""
    return _probe(video, video.stat().st_mtime_ns)


def stream(video: Path, kind: str) -> dict[str, Any]:
    """Return the only stream of a kind (``video`` or ``audio``)."""
    (match,) = [s for s in probe(video)["streams"] if s["codec_type"] == kind]
    return dict(match)


def times(video: Path) -> list[int]:
    """Return the presentation time of every video packet, sorted, in ticks of the stream."""
    packets = probe(video)["packets"]
    return sorted(int(packet["pts"]) for packet in packets if packet["codec_type"] == "video")


def boxes(video: Path) -> list[str]:
    """Return the names of an MP4's top-level boxes, in order (ISO/IEC 14496-12, 4.2)."""
    data = video.read_bytes()
    names, at = [], 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        names.append(name.decode("latin-1"))
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        at += size or len(data)
    return names


def assert_exact(video: Path, frames: int, fps: int) -> None:
    """Assert the number of frames, even spacing from 0, and audio of the same length."""
    video_stream = stream(video, "video")
    over, under = map(int, video_stream["time_base"].split("/"))
    step = under // (over * fps)
    assert step * over * fps == under, "the time base cannot tell one frame exactly"
    assert times(video) == [frame * step for frame in range(frames)]
    assert int(video_stream["duration_ts"]) == frames * step
    assert video_stream["avg_frame_rate"] == f"{fps}/1"
    audio_stream = stream(video, "audio")
    seconds = frames / fps
    assert abs(float(audio_stream["duration"]) - seconds) <= 1024 / 48_000
    whole = float(probe(video)["format"]["duration"])
    assert abs(whole - seconds) <= 1024 / 48_000


def assert_well_formed(video: Path, codec: str = "h264") -> None:
    """Assert what all videos share: codec, colour tags, box order, kind of audio, no metadata."""
    video_stream = stream(video, "video")
    tags = [video_stream[f"color_{name}"] for name in ("range", "space", "transfer", "primaries")]
    assert tags == ["tv", "bt709", "bt709", "bt709"]
    assert (video_stream["codec_name"], video_stream["pix_fmt"]) == (codec, "yuv420p")
    audio_stream = stream(video, "audio")
    kind = (
        audio_stream["codec_name"],
        audio_stream["profile"],
        audio_stream["sample_rate"],
        audio_stream["channels"],
    )
    assert kind == ("aac", "LC", "48000", 2)
    order = [name for name in boxes(video) if name in ("moov", "mdat")]
    assert order == ["moov", "mdat"]
    sections = [probe(video)["format"], *probe(video)["streams"]]
    names = {name for section in sections for name in section.get("tags", {})}
    brands = {"major_brand", "minor_version", "compatible_brands"}
    assert names <= {*brands, "handler_name", "vendor_id", "language"}, names
