"""The focus of a photo: the middle of what stands out from the rest.

A pixel stands out as far as its colour is from the mean colour of the photo, in Oklab, both as it
is and smoothed: R. Achanta et al., "Frequency-tuned Salient Region Detection" (CVPR 2009), without
its segmentation.
"""

from pathlib import Path

import numpy as np

from server.arrays import Float64Array
from server.media import oklab, picture_writer
from server.media.photos import photo
from server.protocol.results.upload_facts import PhotoFacts

_SAMPLE_SIDE = 64
_MIN_SHARE = 0.5
"""Share of the largest difference from which a pixel counts."""
_CENTRE_WEIGHT = 0.05
"""Weight of the middle of the frame, so that a photo without contrast has its focus there."""


def file_focus(path: Path) -> tuple[float, float]:
    """Return the focus of a photo written by the prepare task, from its upper left corner, 0..1."""
    width, height, pixels = photo.load(path)
    small = photo.shrink((width, height), pixels, _SAMPLE_SIDE).astype(np.float64) / 255
    return find_focus(small)


def photo_facts(path: Path) -> PhotoFacts:
    """Return the facts about a photo written by the prepare task."""
    width, height, pixels = photo.load(path)
    red, green, blue = photo.shrink((width, height), pixels, 1)[0, 0].tolist()
    return PhotoFacts(average=f"#{red:02x}{green:02x}{blue:02x}", focus=file_focus(path))


def write_picture(path: Path, max_side: int, out: Path) -> None:
    """Write a photo of the prepare task as PNG, its long side at most `max_side` pixels.

    Raises:
        ToqiboxError: storage_full.
    """
    width, height, pixels = photo.load(path)
    small = photo.shrink((width, height), pixels, max_side)
    opaque = np.full((*small.shape[:2], 4), 255, np.uint8)
    opaque[..., :3] = small
    picture_writer.write(out, small.shape[1], small.shape[0], opaque.tobytes())


def find_focus(colours: Float64Array) -> tuple[float, float]:
    """Return the focus of sRGB colours, (height, width, 3), 0..1."""
    height, width = colours.shape[:2]
    lab = oklab.from_srgb(colours.reshape(-1, 3)).reshape(height, width, 3)
    contrast = np.linalg.norm(_smooth(lab) - lab.mean(axis=(0, 1)), axis=2)
    weights = np.where(contrast >= _MIN_SHARE * contrast.max(), contrast, 0.0)
    centre = _CENTRE_WEIGHT * max(float(weights.sum()), 1e-6)
    total = float(weights.sum()) + centre
    x = (weights.sum(axis=0) @ ((np.arange(width) + 0.5) / width) + centre / 2) / total
    y = (weights.sum(axis=1) @ ((np.arange(height) + 0.5) / height) + centre / 2) / total
    return round(float(x), 3), round(float(y), 3)


def _smooth(lab: Float64Array) -> Float64Array:
    """Return the mean of each pixel and its eight neighbours; the edge is repeated."""
    padded = np.pad(lab, ((1, 1), (1, 1), (0, 0)), "edge")
    height, width = lab.shape[:2]
    shifted = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.asarray(np.mean(shifted, axis=0))
