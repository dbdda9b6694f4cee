"""The encodings of videos: data that jobs, workers and the command line share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Codec:
    """A video codec."""

    name: str
    """As requests, ffmpeg and ffprobe call it."""
    title: str
    """As people call it."""
    sample_entry: str
    """Its type in the sample description of an MP4, which players recognise it by."""
    decoders: str
    """Decoders of ffmpeg for the poster, separated by commas; one of them is enough."""
    max_reorder: int
    """Most packets that a packet is stored ahead of its display."""
    min_side: int
    """Shortest side of a frame in pixels that its encoders accept."""


@dataclass(frozen=True)
class Encoding:
    """An encoder; its options for ffmpeg are in media/video/encoder_options.py."""

    name: str
    """As settings, jobs and reports call it."""
    codec: Codec
    hardware: bool
    fallback: str | None
    """The encoding of the same codec that replaces it where it fails."""
    requirement: str
    """Advice for a machine on which it cannot be opened."""


H264 = Codec("h264", "H.264", "avc1", decoders="h264", max_reorder=2, min_side=2)
# With parameter sets only in the sample description: Apple's players accept nothing else.
HEVC = Codec("hevc", "HEVC", "hvc1", decoders="hevc", max_reorder=2, min_side=16)
# Hidden reference frames share the packet of a visible one, so packets are in display order.
AV1 = Codec("av1", "AV1", "av01", decoders="libdav1d,libaom-av1,av1", max_reorder=0, min_side=64)

CODECS = {codec.name: codec for codec in (H264, HEVC, AV1)}
"""Every codec by its name."""
DEFAULT_CODEC = H264.name

AUDIO_CODEC = "aac"

QUALITIES = ("draft", "standard", "high")
"""``draft`` is small and fast, for trying; ``high`` is for uploads to a video platform."""
DEFAULT_QUALITY = "standard"

_NVENC = "{} of NVENC needs an NVIDIA GPU with it and the video driver capability"

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
        Encoding(
            "hevc_nvenc",
            HEVC,
            hardware=True,
            fallback="x265",
            requirement=_NVENC.format("HEVC"),
        ),
        Encoding(
            "x265",
            HEVC,
            hardware=False,
            fallback=None,
            requirement="install an ffmpeg with libx265",
        ),
        Encoding(
            "av1_nvenc",
            AV1,
            hardware=True,
            fallback="svtav1",
            requirement=_NVENC.format("AV1") + ", of Ada or later",
        ),
        Encoding(
            "svtav1",
            AV1,
            hardware=False,
            fallback=None,
            requirement="install an ffmpeg with libsvtav1 and libdav1d",
        ),
    )
}
"""Every encoding by its name, the preferred one of each codec first."""
