"""First guesses of the cost of a frame, for a machine that has finished no comparable job yet."""

from statistics import median

FrameCost = tuple[str, int, float]
"""Effect, pixels per frame, slot seconds per frame."""
DRAWING_MS = {
    "aberration": 15.4, "aurora": 26.6, "bars": 30.1, "beat": 32.2, "bloom": 22.0, "blur": 24.0,
    "breathe": 8.8, "bw": 11.5, "camera": 12.9, "dissolve": 30.0, "equalizer": 30.4,
    "exposure": 23.9, "filmgrain": 13.7, "frame3d": 23.2, "glitch": 19.9, "grade": 25.2,
    "grain": 16.3, "leaks": 17.6, "letterbox": 27.0, "liquid": 24.8, "mirror": 39.2,
    "particles": 32.6, "pixelate": 39.2, "player": 37.5, "progress": 16.6, "pulse": 20.3,
    "rgb": 18.8, "ridges": 32.4, "ring": 29.4, "scope": 32.7, "spin": 11.6, "stars": 19.8,
    "text": 20.8, "towers": 25.4, "tunnel": 26.4, "vignette": 16.0, "vinyl": 11.3,
    "waterfall": 27.9, "waveform": 23.0, "waves": 19.3,
}  # fmt: skip
"""Milliseconds to draw a frame of 1280×720 on two cores without a GPU, by effect, with the
defaults: `python bench/cost.py`. Those of another run are scaled by its `bars`."""
_UNKNOWN_MS = median(DRAWING_MS.values())
_OTHER_MS = 45.0
"""The same for conversion, readback and encoding: `python -m bench.limits`."""
_PIXELS = 1280 * 720
_CORES = 2
"""Pixels and processors of these measurements."""
_GPU_S_PER_PIXEL = 4e-9
"""A guess, not a measurement: an hour of video takes minutes on any GPU of a server."""


def guess_frame_s(effect: str, pixels: int, *, software: bool, cores: float) -> float:
    """Return the expected seconds of a frame.

    Args:
        effect: ids of the chain, joined by ``+``.
        pixels: of the frame.
        software: True without a GPU.
        cores: processors that draw and encode it.
    """
    if not software:
        return _GPU_S_PER_PIXEL * pixels
    drawing_ms = sum(DRAWING_MS.get(one, _UNKNOWN_MS) for one in effect.split("+"))
    return (drawing_ms + _OTHER_MS) / 1000 * pixels / _PIXELS * _CORES / cores
