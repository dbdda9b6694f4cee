"""The palette of a photo: hues of the photo, legible, sensible for a grey photo."""

import math

import numpy as np
import pytest

from server.arrays import UInt8Array
from server.effects.model.palette import COLORS, read_palette
from server.media import oklab
from server.media.photos.photo_palette import photo_palette


def _flat(color: tuple[int, int, int], width: int = 60, height: int = 40) -> UInt8Array:
    return np.full((height, width, 4), (*color, 255), np.uint8)


def _palette(pixels: UInt8Array) -> dict[str, str]:
    return photo_palette((pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def _hue(color: str) -> float:
    _, green_red, blue_yellow = oklab.from_srgb(np.array(read_palette({"x": color})["x"]))
    return math.degrees(math.atan2(blue_yellow, green_red))


def _luminance(color: str) -> float:
    return float(oklab.luminance(np.array(read_palette({"x": color})["x"])))


def test_the_transform_is_oklab() -> None:
    # The pairs of XYZ and Oklab that Ottosson gives, the first by its sRGB: white.
    white = oklab.from_srgb(np.array([1.0, 1.0, 1.0]))
    assert white == pytest.approx([1.0, 0.0, 0.0], abs=1e-3)
    red = oklab.from_srgb(np.array([1.0, 0.0, 0.0]))
    assert red == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)
    back = oklab.srgb_from_lch(float(red[0]), math.hypot(*red[1:]), math.atan2(red[2], red[1]))
    assert back == pytest.approx([1.0, 0.0, 0.0], abs=2e-2)


def test_a_small_vivid_area_wins_over_much_grey() -> None:
    pixels = _flat((120, 116, 112))
    pixels[4:9, 4:12] = (220, 30, 40, 255)
    pixels[20:24, 30:36] = (30, 90, 220, 255)
    palette = _palette(pixels)
    assert _hue(palette["vivid"]) == pytest.approx(_hue("#dc1e28"), abs=3)
    assert _hue(palette["second"]) == pytest.approx(_hue("#1e5adc"), abs=3)
    assert tuple(palette) == tuple(COLORS)


def test_a_photo_of_one_hue_has_a_neighbouring_second_hue() -> None:
    pixels = _flat((20, 60, 30))
    pixels[:20] = (60, 180, 80, 255)
    palette = _palette(pixels)
    distance = abs(math.remainder(_hue(palette["vivid"]) - _hue(palette["second"]), 360))
    assert 25 < distance < 45


@pytest.mark.parametrize("grey", [0, 90, 200, 255])
def test_a_photo_without_colours_has_only_neutrals(grey: int) -> None:
    pixels = _flat((grey, grey, grey))
    pixels[:20] = (grey // 2, grey // 2, grey // 2, 255)
    palette = _palette(pixels)
    assert tuple(palette) == ("light", "dark", "muted")
    for color in palette.values():
        red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) <= 2
    assert _luminance(palette["light"]) > 0.7
    assert _luminance(palette["dark"]) < 0.05


@pytest.mark.parametrize("seed", range(12))
def test_colours_are_readable_on_the_dimmed_photo(seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = _flat((0, 0, 0))
    pixels[..., :3] = random.integers(0, 256, 3) * (1 - random.random((40, 60, 1)) / 2)
    pixels[:6, :8, :3] = random.integers(0, 256, 3)
    palette = _palette(pixels)
    mean = pixels[..., :3].reshape(-1, 3).mean(axis=0) / 255
    behind = float(oklab.luminance(mean / 2)) + 0.05
    for name in palette.keys() & {"vivid", "second"}:
        assert (_luminance(palette[name]) + 0.05) / behind >= 2.99, name
    contrast = (_luminance(palette["light"]) + 0.05) / behind
    assert contrast >= 4.49 or palette["light"] == "#ffffff"


@pytest.mark.parametrize("size", [(1, 1), (1, 4096), (3, 2), (4000, 300)])
def test_any_size_has_a_palette(size: tuple[int, int]) -> None:
    assert "vivid" in _palette(_flat((200, 40, 90), *size))
