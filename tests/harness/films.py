"""What a finished film is, to the pixel and to the tick."""

import struct
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.harness import media


def pictures(video: Path, width: int, height: int, *, most: int = 8) -> NDArray[np.uint8]:
    """Up to `most` frames from the whole film as RGB, by BT.709: (frames, height, width, 3).

    Slow but exact: chroma is enlarged for every pixel and the sums are rounded, not cut.
    """
    count = int(stream(video, "video")["nb_frames"])
    every = max(1, count // most)
    scale = "scale=in_color_matrix=bt709:in_range=tv:out_range=pc"
    scale += ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    chosen = rf"select=not(mod(n\,{every}))"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(video), "-map", "0:v"]
    command += ["-vf", f"{chosen},{scale},format=rgb24", "-fps_mode", "passthrough"]
    command += ["-f", "rawvideo", "-"]
    found = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return np.frombuffer(found.stdout, np.uint8).reshape(-1, height, width, 3)


@lru_cache(maxsize=16)
def _told(video: Path, _changed_ns: int) -> dict[str, Any]:
    return media.contents(video, "-show_packets")


def told(video: Path) -> dict[str, Any]:
    """What ffprobe says of a film: its format, its streams and its packets."""
    return _told(video, video.stat().st_mtime_ns)


def stream(video: Path, kind: str) -> dict[str, Any]:
    """The one stream of a kind (``video`` or ``audio``)."""
    (found,) = [s for s in told(video)["streams"] if s["codec_type"] == kind]
    return dict(found)


def times(video: Path) -> list[int]:
    """The presentation time of every video packet, sorted, in ticks of the stream."""
    packets = told(video)["packets"]
    return sorted(int(packet["pts"]) for packet in packets if packet["codec_type"] == "video")


def boxes(video: Path) -> list[str]:
    """The names of the boxes at the top of an MP4, in order (ISO/IEC 14496-12, 4.2)."""
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
    """So many frames, all evenly spaced from 0, and sound for just as long."""
    found = stream(video, "video")
    over, under = map(int, found["time_base"].split("/"))
    step = under // (over * fps)
    assert step * over * fps == under, "the time base cannot tell one frame exactly"
    assert times(video) == [frame * step for frame in range(frames)]
    assert int(found["duration_ts"]) == frames * step
    assert found["avg_frame_rate"] == f"{fps}/1"
    sound = stream(video, "audio")
    seconds = frames / fps
    assert abs(float(sound["duration"]) - seconds) <= 1024 / 48_000
    whole = float(told(video)["format"]["duration"])
    assert abs(whole - seconds) <= 1024 / 48_000


def assert_well_formed(video: Path) -> None:
    """What every film has: the colour tags, the order of boxes, the kind of sound, no metadata."""
    found = stream(video, "video")
    tags = [found[f"color_{name}"] for name in ("range", "space", "transfer", "primaries")]
    assert tags == ["tv", "bt709", "bt709", "bt709"]
    assert (found["codec_name"], found["pix_fmt"]) == ("h264", "yuv420p")
    sound = stream(video, "audio")
    kind = (sound["codec_name"], sound["profile"], sound["sample_rate"], sound["channels"])
    assert kind == ("aac", "LC", "48000", 2)
    order = [name for name in boxes(video) if name in ("moov", "mdat")]
    assert order == ["moov", "mdat"]
    everywhere = [told(video)["format"], *told(video)["streams"]]
    names = {name for place in everywhere for name in place.get("tags", {})}
    brands = {"major_brand", "minor_version", "compatible_brands"}
    assert names <= {*brands, "handler_name", "vendor_id", "language"}, names
