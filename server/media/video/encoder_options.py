"""ffmpeg's options for each encoding, and the command that encodes a segment."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from server.media import ffmpeg
from server.media.video.bit_rates import peak_bits
from server.protocol.encodings import DEFAULT_QUALITY, ENCODINGS

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


class _Level(NamedTuple):
    """The setting of an encoder for one quality."""

    preset: str
    rate_factor: int
    """Constant quality on the encoder's scale; lower is better."""


_LEVELS = {
    "x264": {
        "draft": _Level("superfast", 28),
        "standard": _Level("veryfast", 20),
        "high": _Level("fast", 15),
    },
    "nvenc": {
        "draft": _Level("p2", 28),
        "standard": _Level("p4", 21),
        "high": _Level("p6", 16),
    },
    "x265": {
        "draft": _Level("superfast", 27),
        "standard": _Level("veryfast", 22),
        "high": _Level("fast", 17),
    },
    "hevc_nvenc": {
        "draft": _Level("p2", 30),
        "standard": _Level("p4", 23),
        "high": _Level("p6", 18),
    },
    "svtav1": {
        "draft": _Level("12", 42),
        "standard": _Level("8", 30),
        "high": _Level("8", 22),
    },
    "av1_nvenc": {
        "draft": _Level("p2", 38),
        "standard": _Level("p4", 29),
        "high": _Level("p6", 22),
    },
}
"""By encoding and quality; chosen from the table of bench/quality.py."""


def _x264(level: _Level, threads: int) -> Options:
    return {
        "c:v": "libx264",
        "preset": level.preset,
        "crf": level.rate_factor,
        "threads": threads,
        # Keyframes follow the clock alone: segment boundaries must not change the video.
        "sc_threshold": 0,
        "profile:v": "high",
    }


def _x265(level: _Level, threads: int) -> Options:
    # One thread needs no pool, whose tasks would run one after the other anyway.
    pools = threads if threads > 1 else "none"
    params = f"open-gop=0:scenecut=0:pools={pools}:frame-threads=1:info=0:log-level=error"
    return {
        "c:v": "libx265",
        "preset": level.preset,
        "crf": level.rate_factor,
        "x265-params": params,
        "profile:v": "main",
    }


def _svtav1(level: _Level, threads: int) -> Options:
    return {
        "c:v": "libsvtav1",
        "preset": level.preset,
        "crf": level.rate_factor,
        "svtav1-params": f"lp={threads}",
    }


def _nvenc(codec: str) -> Callable[[_Level, int], Options]:
    profile = {"h264": "high", "hevc": "main"}.get(codec)

    def options(level: _Level, _threads: int) -> Options:
        return {
            "c:v": f"{codec}_nvenc",
            "preset": level.preset,
            "tune": "hq",
            "rc": "vbr",
            "cq": level.rate_factor,
            "b:v": 0,
            "bf": 2,
            "no-scenecut": 1,
            "strict_gop": 1,
            **({"profile:v": profile} if profile else {}),
        }

    return options


_OPTIONS: dict[str, Callable[[_Level, int], Options]] = {
    "nvenc": _nvenc("h264"),
    "x264": _x264,
    "hevc_nvenc": _nvenc("hevc"),
    "x265": _x265,
    "av1_nvenc": _nvenc("av1"),
    "svtav1": _svtav1,
}
"""(level, threads) -> ffmpeg's options, by the name of the encoding."""


@dataclass(frozen=True)
class SegmentFormat:
    """Everything that determines the bytes of a segment, except its frames."""

    encoding: str
    """A key of ENCODINGS."""
    size: tuple[int, int]
    """Width and height, both even."""
    fps: int
    threads: int
    """Of the encoder; the output of x264 depends on them."""
    quality: str = DEFAULT_QUALITY
    """One of QUALITIES."""


def segment_argv(form: SegmentFormat, file: Path, gpu: int | None = None) -> list[str]:
    """Return the argument list that encodes NV12 frames from stdin into the MP4 `file`.

    A hardware encoder is that of `gpu`, as CUDA counts; None is the driver's choice.
    """
    frames = ffmpeg.input_pipe(
        format="rawvideo",
        format_whitelist="rawvideo",
        codec_whitelist="rawvideo",
        pix_fmt="nv12",
        video_size=form.size,
        framerate=form.fps,
        **COLOUR_OPTIONS,
    )
    container = {
        "tag:v": ENCODINGS[form.encoding].codec.sample_entry,
        "format": "mp4",
        "fps_mode": "passthrough",
        "video_track_timescale": TICKS_PER_FRAME * form.fps,
        # By default a file's duration is in milliseconds, and concatenated segments would drift.
        "movie_timescale": TICKS_PER_FRAME * form.fps,
        "fflags": "+bitexact",
    }
    peak = peak_bits(form.quality, form.size, form.fps)
    shared = {
        "g": 2 * form.fps,
        "flags": "+cgop",
        # Bounded, so that a phone on a mobile network plays smoothly.
        "maxrate": peak,
        "bufsize": 2 * peak,
        **COLOUR_OPTIONS,
    }
    options = _OPTIONS[form.encoding](_LEVELS[form.encoding][form.quality], form.threads)
    if gpu is not None and ENCODINGS[form.encoding].hardware:
        options["gpu"] = gpu
    return ffmpeg.output(frames.video, file, **options, **shared, **container)
