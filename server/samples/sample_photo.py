"""The sample photo: dusk over a lake, painted by code; for the demo, shader authors and tests.

Everything is painted in linear light, from the background to the foreground. It is the same in
every run, since the random generator is seeded.
"""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

WIDTH, HEIGHT = 1600, 1067
_SEED = 20
_HORIZON = 0.60
_SUN = (0.635, 0.545)
"""Centre of the sun as shares of width and height."""

LinearImage = npt.NDArray[np.float32]
"""Height × width × 3, linear light."""
Plane = npt.NDArray[np.float32]
"""Height × width."""


def paint(width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """Return the photo as an 8-bit sRGB image; smaller sizes show the same scene, coarser."""
    rng = np.random.default_rng(_SEED)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    canvas = _sky(x, y)
    canvas = _stars(canvas, y, rng)
    canvas = _clouds(canvas, x, y, rng)
    canvas = _mountains(canvas, x, y, rng)
    canvas = _lake(canvas, x, y, rng)
    canvas = _pines(canvas, x, y, rng)
    return Image.fromarray(_develop(canvas, x, y, rng), "RGB")


def jpeg(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Return the photo as a JPEG file."""
    file = BytesIO()
    paint(width, height).save(file, "JPEG", quality=92, subsampling=0)
    return file.getvalue()


def second_photo(image: Image.Image) -> Image.Image:
    """Return a second photo for transitions: `image` mirrored, with red and blue swapped."""
    red, green, blue = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).split()
    return Image.merge("RGB", (blue, green, red))


# --- tools ----------------------------------------------------------------------------------------


def _colour(text: str) -> npt.NDArray[np.float32]:
    """Convert an sRGB colour such as ``ff8040`` to linear light (IEC 61966-2-1)."""
    srgb = np.array([int(text[i : i + 2], 16) for i in (0, 2, 4)], dtype=np.float32) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def _smooth(low: float, high: float, value: Plane) -> Plane:
    """Return 0 below `low`, 1 above `high`, and a smooth step between (GLSL's smoothstep)."""
    t: Plane = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)


def _mix(below: LinearImage, above: npt.NDArray[np.float32], share: Plane) -> LinearImage:
    return below + (above - below) * share[..., None]


def _noise(
    shape: tuple[int, int], cells: tuple[float, float], rng: np.random.Generator, octaves: int
) -> Plane:
    """Return smooth noise of mean 0.5; `cells` are rows and columns of its coarsest grid."""
    total = np.zeros(shape, np.float32)
    weight_sum = 0.0
    for octave in range(octaves):
        scale, weight = 2**octave, 0.55**octave
        rows, columns = (
            max(2, min(round(n * scale), 4 * size)) + 3
            for n, size in zip(cells, shape, strict=True)
        )
        grid = Image.fromarray(rng.random((rows, columns), dtype=np.float32))
        box = (1, 1, columns - 1, rows - 1)
        layer = grid.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box)
        total += weight * np.asarray(layer, np.float32)
        weight_sum += weight
    return total / np.float32(weight_sum)


def _ridge(width: int, cells: float, rng: np.random.Generator, octaves: int = 8) -> Plane:
    """Return a mountain line: `width` heights from 0 to 1 with sharp peaks."""
    line = _noise((2, width), (1, cells), rng, octaves)[0]
    sharp = 1 - np.abs(2 * line - 1)
    shares: Plane = ((sharp - sharp.min()) / max(np.ptp(sharp), 1e-6)).astype(np.float32)
    return shares


# --- from the background to the foreground ------------------------------------------------------


def _sky(x: Plane, y: Plane) -> LinearImage:
    """Paint the sky: night blue above, through violet and rose to gold around the sun."""
    heights = np.array([0.0, 0.20, 0.36, 0.47, 0.55, 0.62], np.float32)
    stops = [_colour(c) for c in ("0b1636", "233a78", "6a4f9c", "d0688a", "ff9d5c", "ffd28a")]
    sky = np.stack(
        [np.interp(y, heights, [stop[i] for stop in stops]) for i in range(3)], axis=-1
    ).astype(np.float32)
    distance = np.hypot((x - _SUN[0]) * 1.5, (y - _SUN[1]) * 1.25)
    glow = np.exp(-distance * 5.5)[..., None] * _colour("ff8a4a") * 0.9
    halo = np.exp(-((distance / 0.075) ** 2))[..., None] * _colour("ffd9a0") * 1.5
    radius = np.hypot((x - _SUN[0]) * 1.5, y - _SUN[1])
    disc = 1 - _smooth(0.031, 0.034, radius)
    return _mix(sky + glow + halo, _colour("fff1cf") * 3.2, disc)


def _stars(canvas: LinearImage, y: Plane, rng: np.random.Generator) -> LinearImage:
    height, width = y.shape
    bright = rng.random((height, width), dtype=np.float32)
    share = np.where(bright > 0.9994, (bright - 0.9994) / 0.0006, 0) ** 2
    shine: Plane = (share * 0.9 * np.clip(1 - y / 0.33, 0, 1)).astype(np.float32)
    return canvas + shine[..., None] * _colour("cfe0ff")


def _clouds(canvas: LinearImage, x: Plane, y: Plane, rng: np.random.Generator) -> LinearImage:
    """Paint long bands of clouds, lit from below by the sun."""
    shape = x.shape
    density = _noise(shape, (14, 4), rng, 6)
    wisps = _noise(shape, (34, 6), rng, 5)
    cover = _smooth(
        0.50, 0.72, density * 0.72 + wisps * 0.28 + 0.10 * np.exp(-(((y - 0.40) / 0.13) ** 2))
    )
    cover *= _smooth(0.02, 0.20, y) * (1 - _smooth(0.50, 0.585, y))
    below = np.roll(density, -max(1, shape[0] // 90), axis=0)
    lit = _smooth(-0.02, 0.055, density - below)
    near = np.exp(-np.hypot((x - _SUN[0]) * 1.3, y - _SUN[1]) * 3.2).astype(np.float32)
    shade = _mix(
        np.broadcast_to(_colour("43386f"), canvas.shape), _colour("7a4a72"), _smooth(0.2, 0.5, y)
    )
    light = _mix(np.broadcast_to(_colour("f0788a"), canvas.shape), _colour("ffb25e") * 2.6, near)
    body = _mix(shade, light, np.clip(lit * (0.35 + 0.9 * near) + 0.5 * near, 0, 1))
    return _mix(canvas, body, cover * 0.88)


def _mountains(canvas: LinearImage, x: Plane, y: Plane, rng: np.random.Generator) -> LinearImage:
    """Paint four ranges of mountains; the nearer, the darker, taller and less hazy."""
    width = x.shape[1]
    ranges = (
        ("c07a8c", 0.555, 0.055, 5.0),
        ("8a5a86", 0.575, 0.085, 3.6),
        ("4f3d6b", 0.590, 0.105, 2.6),
        ("241f41", 0.602, 0.120, 1.7),
    )
    for index, (colour, base, tall, cells) in enumerate(ranges):
        line = _ridge(width, cells, rng)
        away = np.abs(np.linspace(0, 1, width, dtype=np.float32) - _SUN[0])
        frame = 0.28 + 0.72 * np.clip(away * (2.2 if index > 1 else 1.4), 0, 1)
        top = base - tall * line * frame
        inside = _smooth(0, 1.5 / x.shape[0], y - top[None, :])
        veil = _smooth(0, 0.09, y - top[None, :]) * (0.55 - 0.10 * index)
        warm = np.exp(-np.abs(x - _SUN[0]) * 3.0).astype(np.float32)
        air = _mix(np.broadcast_to(_colour("9a6a92"), canvas.shape), _colour("ffab78"), warm)
        body = _mix(np.broadcast_to(_colour(colour), canvas.shape), air, veil)
        canvas = _mix(canvas, body, inside)
    return canvas


def _lake(canvas: LinearImage, x: Plane, y: Plane, rng: np.random.Generator) -> LinearImage:
    """Paint the scene mirrored at the shore, stretched by ripples that grow to the foreground."""
    height, width = x.shape
    shore = round(_HORIZON * height)
    depth = (np.arange(height - shore, dtype=np.float32) + 0.5) / (height - shore)
    ripple = np.zeros((height - shore, width), np.float32)
    for cells_across, cells_down, share in ((8, 26, 0.5), (20, 60, 0.32), (60, 130, 0.18)):
        flat = _noise((512, width), (cells_down, cells_across), rng, 3) - 0.5
        rows = np.clip(511 * np.log1p(14 * depth) / np.log(15), 0, 511).astype(int)
        ripple += share * flat[rows]
    swell = ripple * (0.07 + 0.30 * depth[:, None])
    source = shore - 1 - np.clip((depth[:, None] * 1.02 + swell) * (height - shore), 0, shore - 1)
    sway = np.clip(np.arange(width)[None, :] + swell * width * 0.10, 0, width - 1)
    mirrored = canvas[source.astype(int), sway.astype(int)]
    sky_share = 0.86 - 0.42 * depth[:, None]
    water = _mix(
        np.broadcast_to(_colour("0a1330"), mirrored.shape), mirrored, sky_share.astype(np.float32)
    )
    near_sun = np.abs(x[shore:] - _SUN[0] + swell * 0.25)
    path = np.exp(-((near_sun / (0.020 + 0.085 * depth[:, None])) ** 2))
    crest = _smooth(0.02, 0.16, ripple + 0.06 * (1 - depth[:, None]))
    glitter = (path * crest * (1.6 - 0.7 * depth[:, None])).astype(np.float32)
    water = water + glitter[..., None] * _colour("ffb066") * 2.2
    canvas = canvas.copy()
    canvas[shore:] = water
    mist = np.exp(-(((y - _HORIZON) / 0.012) ** 2)).astype(np.float32) * 0.35
    return _mix(canvas, _colour("ffb58c"), mist)


def _pines(canvas: LinearImage, x: Plane, y: Plane, rng: np.random.Generator) -> LinearImage:
    """Paint trees and a bank in front, nearly black, at the left and the lower right."""
    height, width = x.shape
    bank = 0.965 - 0.10 * np.exp(-((np.linspace(0, 1, width) / 0.30) ** 2))
    bank -= 0.055 * np.exp(-(((np.linspace(0, 1, width) - 1) / 0.16) ** 2))
    bank -= 0.010 * (_noise((2, width), (1, 60), rng, 4)[0] - 0.5)
    share = _smooth(0, 2 / height, y - bank[None, :].astype(np.float32))
    places = [(0.015, 0.62), (0.062, 0.50), (0.108, 0.56), (0.150, 0.40), (0.192, 0.30)]
    places += [(0.228, 0.20), (0.262, 0.13), (0.905, 0.13), (0.940, 0.20), (0.978, 0.30)]
    for centre, tall in places:
        foot = float(np.interp(centre, np.linspace(0, 1, width), bank)) + 0.02
        share = np.maximum(share, _pine(x, y, centre, foot, tall, rng))
    rim = _smooth(0.0, 1.0, share) * np.exp(-np.abs(x - _SUN[0]) * 4)
    body = _mix(
        np.broadcast_to(_colour("0a0d1c"), canvas.shape), _colour("2c1a2c"), rim.astype(np.float32)
    )
    return _mix(canvas, body, share)


def _pine(
    x: Plane, y: Plane, centre: float, foot: float, tall: float, rng: np.random.Generator
) -> Plane:
    """Return the coverage of one tree with hanging boughs; `tall` is a share of the height."""
    width = x.shape[1]
    along = (y - (foot - tall)) / tall  # 0 at the top, 1 at the foot
    boughs = 14 + int(tall * 34)
    uneven = np.cumsum(0.6 + 0.8 * rng.random(boughs, dtype=np.float32))
    left = x < centre
    phase = np.interp(along + np.where(left, 0.011, 0.0), uneven / uneven[-1], np.arange(boughs))
    step = np.floor(phase)
    hang = phase - step
    ragged = rng.random(2 * boughs + 4, dtype=np.float32)
    reach = ragged[(step + np.where(left, boughs, 0)).astype(int)]
    needles = 0.09 * np.sin(x * width * 0.9 + step * 1.7) * hang
    grown = np.clip(along, 0, 1) ** 0.8
    spread = grown * (0.34 + 0.66 * hang**1.3) * (0.55 + 0.75 * reach) + needles * grown
    half = 0.115 * tall * spread + 0.0012
    edge = 1.6 / width
    inside = 1 - _smooth(-edge, edge, np.abs(x - centre) - half.astype(np.float32))
    return (inside * (along > 0) * (along < 1)).astype(np.float32)


def _develop(
    canvas: LinearImage, x: Plane, y: Plane, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Convert to 8-bit sRGB, with a shoulder for the highlights, a vignette and some grain."""
    vignette = 1 - 0.55 * ((x - 0.5) ** 2 + 0.8 * (y - 0.5) ** 2)
    exposed = canvas * vignette[..., None] * 1.12
    filmic = exposed * (2.51 * exposed + 0.03) / (exposed * (2.43 * exposed + 0.59) + 0.14)
    # That curve (K. Narkowicz, ACES filmic tone mapping, 2015) is made for scenes brighter than
    # this one: half of it keeps the colours of the dusk.
    toned = 0.5 * np.clip(filmic, 0, 1) + 0.5 * (1 - np.exp(-1.35 * exposed))
    srgb = np.where(toned <= 0.0031308, 12.92 * toned, 1.055 * toned ** (1 / 2.4) - 0.055)
    grain = rng.normal(0, 0.006, x.shape).astype(np.float32)[..., None]
    levels: npt.NDArray[np.uint8] = (np.clip(srgb + grain, 0, 1) * 255 + 0.5).astype(np.uint8)
    return levels
