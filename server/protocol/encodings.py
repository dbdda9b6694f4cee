"""The encodings of videos: data that jobs, workers and the command line share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Codec:
    """A video codec."""

    name: str
    """As ffmpeg and ffprobe call it."""
    decoder: str
    """The decoder of ffmpeg that the poster is taken with."""
    max_reorder: int
    """Most frames that a frame is decoded ahead of its display."""


@dataclass(frozen=True)
class Encoding:
    """An encoder; its options for ffmpeg are in media/video/encoder_options.py."""

    name: str
    """As settings, jobs and reports call it."""
    codec: Codec
    hardware: bool
    fallback: str | None
    """The encoding that replaces it where it fails and ENCODER is ``auto``."""
    requirement: str
    """Advice for a machine on which it cannot be opened."""


H264 = Codec("h264", decoder="h264", max_reorder=2)
AUDIO_CODEC = "aac"

ENCODINGS = {
    encoding.name: encoding
    for encoding in (
        Encoding(
            "nvenc",
            H264,
            hardware=True,
            fallback="x264",
            requirement="NVENC needs an NVIDIA GPU with it and the video driver capability",
        ),
        Encoding(
            "x264",
            H264,
            hardware=False,
            fallback=None,
            requirement="install an ffmpeg with libx264",
        ),
    )
}
"""Every encoding by its name, the preferred one first."""
