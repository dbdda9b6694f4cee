"""ffmpeg's options for each encoding, and the command that encodes a segment."""

from collections.abc import Callable
from pathlib import Path

from server.media import ffmpeg

Options = dict[str, object]

COLOUR_OPTIONS: Options = {
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
}
"""Colour space of the NV12 frames, for input and output: BT.709 in limited range."""

TICKS_PER_FRAME = 512
"""Ticks of the MP4 clock per frame, exact at every frame rate."""


def _x264(width: int, height: int, fps: int, threads: int) -> Options:
    return {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 20,
        "threads": threads,
        # Keyframes follow the clock alone: segment boundaries must not change the video.
        "sc_threshold": 0,
        **_shared_options(width, height, fps),
    }


def _nvenc(width: int, height: int, fps: int, _threads: int) -> Options:
    return {
        "c:v": "h264_nvenc",
        "preset": "p4",
        "tune": "hq",
        "rc": "vbr",
        "cq": 21,
        "b:v": 0,
        "bf": 2,
        "no-scenecut": 1,
        "strict_gop": 1,
        **_shared_options(width, height, fps),
    }


def _shared_options(width: int, height: int, fps: int) -> Options:
    """Return options with bounded peaks, so that a phone on a mobile network plays smoothly."""
    megabits = 12 if min(width, height) <= 720 else 20
    return {
        "profile:v": "high",
        "g": 2 * fps,
        "flags": "+cgop",
        "maxrate": f"{megabits}M",
        "bufsize": f"{2 * megabits}M",
        **COLOUR_OPTIONS,
    }


_OPTIONS: dict[str, Callable[[int, int, int, int], Options]] = {"nvenc": _nvenc, "x264": _x264}
"""(width, height, fps, threads) -> ffmpeg's options, by the name of the encoding."""


def segment_argv(
    encoding: str, size: tuple[int, int], fps: int, threads: int, file: Path
) -> list[str]:
    """Return the argument list that encodes NV12 frames from stdin into the MP4 `file`."""
    frames = ffmpeg.input_pipe(
        format="rawvideo",
        format_whitelist="rawvideo",
        codec_whitelist="rawvideo",
        pix_fmt="nv12",
        video_size=size,
        framerate=fps,
        **COLOUR_OPTIONS,
    )
    container = {
        "format": "mp4",
        "fps_mode": "passthrough",
        "video_track_timescale": TICKS_PER_FRAME * fps,
        # By default a file's duration is in milliseconds, and concatenated segments would drift.
        "movie_timescale": TICKS_PER_FRAME * fps,
        "fflags": "+bitexact",
    }
    options = {**_OPTIONS[encoding](*size, fps, threads), **container}
    return ffmpeg.output(frames.video, file, **options)
