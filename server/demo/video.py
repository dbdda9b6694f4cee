"""The properties of a video, and its motion after kicks compared to elsewhere."""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from server.media import ffmpeg
from server.media.video import ffprobe

AFTER_KICK_S = 0.1
_SMALL = (160, 90)
_COLOUR_TAGS = ("color_space", "color_primaries", "color_transfer", "color_range")


@dataclass(frozen=True)
class VideoInfo:
    """The properties reported by ffprobe, and the order of the file's boxes."""

    bytes: int
    width: int
    height: int
    codec: str
    pixel_format: str
    frames: int
    fps: Fraction
    video_s: float
    colour: tuple[str, ...]
    """Matrix, primaries, transfer, range."""
    audio_codec: str
    audio_rate: int
    audio_channels: int
    audio_s: float
    moov_first: bool


def read(path: Path) -> VideoInfo:
    """Read the properties of an MP4 file.

    Raises:
        MediaError: it cannot be read, or has no video or no audio stream.
    """
    streams = {stream["codec_type"]: stream for stream in ffprobe.streams(path)}
    if not {"video", "audio"} <= streams.keys():
        raise ffmpeg.MediaError("the file lacks a video or an audio stream")
    video, audio = streams["video"], streams["audio"]
    frames = len(ffprobe.packets(path, "v:0"))
    length = _length(video)
    boxes = box_order(path)
    return VideoInfo(
        bytes=path.stat().st_size,
        width=int(video["width"]),
        height=int(video["height"]),
        codec=video["codec_name"],
        pixel_format=video["pix_fmt"],
        frames=frames,
        fps=frames / length,
        video_s=float(length),
        colour=tuple(str(video.get(tag, "unknown")) for tag in _COLOUR_TAGS),
        audio_codec=audio["codec_name"],
        audio_rate=int(audio["sample_rate"]),
        audio_channels=int(audio["channels"]),
        audio_s=float(_length(audio)),
        moov_first=boxes.index("moov") < boxes.index("mdat"),
    )


def box_order(path: Path) -> list[str]:
    """Return the types of an MP4 file's top-level boxes in order (ISO/IEC 14496-12, 4.2)."""
    boxes: list[str] = []
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[:4], "big")
            boxes.append(head[4:].decode("latin-1"))
            if size == 1:
                size = int.from_bytes(file.read(8), "big") - 8
            if size < 8:
                break
            file.seek(size - 8, 1)
    return boxes


def frame_differences(path: Path) -> npt.NDArray[np.float64]:
    """Return for each frame the mean difference to the one before, from 0 to 255; 0 for the first.

    It is measured on frames scaled to 160 × 90 in grey.
    """
    reduced = ffmpeg.input_file(path).video.filter("scale", *_SMALL, flags="area")
    argv = ffmpeg.output(reduced, "pipe:1", format="rawvideo", pix_fmt="gray", vsync="passthrough")
    size = _SMALL[0] * _SMALL[1]
    differences: list[float] = []
    before: npt.NDArray[np.int16] | None = None
    rest = b""
    with ffmpeg.Process(argv, stdout=True) as process:
        for chunk in process.chunks():
            rest += chunk
            for start in range(0, len(rest) - size + 1, size):
                frame = np.frombuffer(rest, np.uint8, size, start).astype(np.int16)
                differences.append(
                    0.0 if before is None else float(np.mean(np.abs(frame - before)))
                )
                before = frame
            rest = rest[len(rest) // size * size :]
        process.wait(10).raise_for_status()
    return np.array(differences)


@dataclass(frozen=True)
class BeatMotion:
    """Mean frame difference in the 100 ms after a kick and elsewhere."""

    after: float
    elsewhere: float

    @property
    def ratio(self) -> float:
        """The difference after a kick as a multiple of that elsewhere."""
        return self.after / self.elsewhere if self.elsewhere > 0 else math.inf


def compare_motion(
    differences: npt.NDArray[np.float64], kicks_s: list[float], fps: Fraction
) -> BeatMotion:
    """Average the frame differences in the 100 ms after each kick, and elsewhere.

    A kick at t belongs to frame floor(t · fps), the first one that can show it.
    """
    near = np.zeros(len(differences), bool)
    for kick in kicks_s:
        first = math.floor(kick * fps)
        near[first : first + math.ceil(AFTER_KICK_S * fps)] = True
    counted = np.arange(len(differences)) > 0  # there is no frame before the first
    after, elsewhere = differences[near & counted], differences[~near & counted]
    return BeatMotion(float(np.mean(after)), float(np.mean(elsewhere)))


def _length(stream: dict[str, Any]) -> Fraction:
    return int(stream["duration_ts"]) * Fraction(stream["time_base"])
