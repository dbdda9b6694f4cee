"""The texture: letters sharp at every size, outlines and shadows, robust with any string."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.arrays import UInt8Array
from server.typography.glyph_texture import empty
from server.typography.style import Style
from server.typography.typeset import typeset


def style(**options: Any) -> Style:
    given_: dict[str, Any] = {
        **{"frame": (640, 360), "font": "Inter", "size": 32.0, "width": 560.0, "height": 300.0},
        **options,
    }
    return Style(**given_)


def numbers(texels: UInt8Array, at: int) -> tuple[int, int]:
    high, low, other_high, other_low = (int(part) for part in texels[-1, at])
    return high * 256 + low, other_high * 256 + other_low


def masks(texels: UInt8Array) -> UInt8Array:
    """Return the rows of the masks, from the top."""
    return texels[: numbers(texels, 7)[0]][::-1]


def test_a_texture_describes_its_content() -> None:
    texels = typeset("Ночь", style(outline=0.1, shadow=0.3, size=40.0))
    seen = masks(texels)
    height, width = seen.shape[:2]
    assert texels.shape == (height + 1, width, 4)
    assert numbers(texels, 0) == (1, 0)
    assert numbers(texels, 1) == (40 * 256, 4 * 256)
    left, bottom = numbers(texels, 2)
    right, top = numbers(texels, 3)
    ink = np.argwhere(seen[..., 0] > 0)
    assert (left, right) == (ink[:, 1].min(), ink[:, 1].max() + 1)
    assert (bottom, top) == (height - 1 - ink[:, 0].max(), height - ink[:, 0].min())
    assert 0.68 < numbers(texels, 5)[0] / 256 / 40 < 0.76
    assert numbers(texels, 8) == (640, 360)
    assert (seen[..., 3] == 1).all()


@pytest.mark.parametrize("size", [12.0, 48.0, 200.0])
def test_letters_are_drawn_at_the_size_that_they_are_seen_at(size: float) -> None:
    """The edge of an upright stem rises from 0 to full coverage within two pixels."""
    seen = masks(typeset("H", style(size=size)))[..., 0]
    row = seen[seen.shape[0] // 3].astype(int)
    partly = ((row > 8) & (row < 247)).sum()
    assert row.max() == 255
    assert partly <= 4


def test_an_outline_is_a_threshold_of_green() -> None:
    texels = typeset("o", style(size=96.0, outline=0.1))
    seen, reach = masks(texels), numbers(texels, 1)[1] / 256
    away = reach + 1 - seen[..., 1] / 255 * (reach + 2)
    fill = seen[..., 0] > 128
    assert (away[fill] < 0.6).all()
    for width in (2.0, 5.0, 9.0):
        grown = away < width
        left = fill.argmax(axis=1)
        moved = left - grown.argmax(axis=1)
        middle = fill.shape[0] // 2
        assert moved[middle] == pytest.approx(width, abs=1.0)


def test_a_shadow_is_soft_and_has_the_area_of_the_letters() -> None:
    seen = masks(typeset("Ш", style(size=64.0, shadow=0.4))).astype(float)
    assert seen[..., 2].sum() == pytest.approx(seen[..., 0].sum(), rel=0.05)
    assert np.abs(np.diff(seen[..., 2], axis=1)).max() < 40
    assert seen[0].max() < 12


def test_emoji_keep_their_colours() -> None:
    texels = typeset("A🔥", style())
    height = numbers(texels, 7)[0]
    assert numbers(texels, 0)[1] == 2
    assert len(texels) == 2 * height + 1
    fill, colors = texels[:height, :, 0], texels[height : 2 * height]
    assert fill.max() == 255
    hot = colors[colors[..., 3] > 200]
    assert hot[:, 0].mean() > 1.5 * hot[:, 2].mean()
    assert (colors[..., :3] <= colors[..., 3:]).all()
    assert not (fill.astype(bool) & colors[..., 3].astype(bool)).any()


def test_lines_are_distinguished() -> None:
    seen = masks(typeset("один\nдва", style()))
    assert sorted(set(seen[:, 0, 3])) == [1, 2]
    edge = int((seen[:, 0, 3] == 1).sum())
    assert seen[:edge, :, 0].any()
    assert seen[edge:, :, 0].any()
    assert not seen[edge - 1, :, 0].any()


@pytest.mark.parametrize("align", [0.0, 0.5, 1.0])
def test_lines_are_aligned_by_their_ink(align: float) -> None:
    seen = masks(typeset("MMMM\nI", style(align=align)))
    spans = [np.flatnonzero(seen[seen[:, 0, 3] == line, :, 0].any(axis=0)) for line in (1, 2)]
    (wide, narrow) = [(int(span[0]), int(span[-1])) for span in spans]
    room = (wide[1] - wide[0]) - (narrow[1] - narrow[0])
    assert narrow[0] - wide[0] == pytest.approx(room * align, abs=1)


def test_cells_are_equally_wide() -> None:
    texels = typeset("0123456789:", style(cells=True))
    count, pitch = numbers(texels, 6)
    assert count == 11
    seen = masks(texels)[:, : count * pitch, 0].reshape(-1, count, pitch)
    assert (seen.max(axis=(0, 2)) == 255).all()
    assert not seen[..., 0].any()
    assert not seen[..., -1].any()
    advances = [numbers(texels, 9 + at)[0] / 256 for at in range(count)]
    assert advances[10] < advances[0] < pitch


@pytest.mark.fault("D09")
@pytest.mark.parametrize(
    "text",
    [
        *("", " \n\t ", "\ud83d", "\u202e\u2066", "\u0378\ue000", "\u200d\ufe0f", "\u0301" * 50),
        *("🔥" * 200, "Z" + "\u0336\u0327\u035b" * 60, "ﷺ" * 200, "\u0e33" * 200, "न्" * 100),
        *("w" * 10_000, "\n" * 500 + "a", "👩\u200d" * 60, "🇷" * 99, "\u1100" * 200, "𒐫" * 20),
    ],
    ids=lambda text: ascii(text[:6]),
)
def test_any_string_can_be_typeset(text: str) -> None:
    texels = typeset(text, style(outline=0.1))
    lines, _ = numbers(texels, 0)
    (left, bottom), (right, top) = numbers(texels, 2), numbers(texels, 3)
    assert 0 <= lines <= 2
    if lines:
        assert right - left <= 580
        assert top - bottom <= 330
    else:
        assert (texels == empty((640, 360))).all()


@settings(max_examples=60, deadline=None)
@given(some.text(max_size=40), some.floats(1.0, 90.0), some.booleans())
def test_nothing_leaves_the_frame(text: str, size: float, cells: bool) -> None:
    texels = typeset(text, style(size=size, cells=cells and len(text) < 8))
    assert texels.dtype == np.uint8
    if not cells:
        assert texels.shape[1] <= 640


def test_a_giant_text_stays_within_the_maximum_texture_size() -> None:
    giant = {"frame": (960, 540), "size": 540.0, "width": 960.0, "height": 540.0}
    cells = typeset("0123456789:" * 5, style(**giant, cells=True, shadow=1.0))
    assert cells.shape[1] <= 8192
    block = typeset("W", style(**giant, outline=0.25, shadow=1.0))
    assert max(block.shape[:2]) < 8192
    assert numbers(block, 1)[1] == 64 * 256
