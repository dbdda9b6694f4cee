"""The text textures of browser and server have the same layout and similar letters."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from server.typography.style import Style
from server.typography.typeset import typeset
from tests.web.conftest import PlayerPage

pytestmark = pytest.mark.browser

STYLES: list[tuple[str, dict[str, Any]]] = [
    ("Ночной дрейф", {}),
    ("Длинное название трека, которое переносится", {"align": 0.5, "outline": 0.1, "shadow": 0.3}),
    ("Лето 🔥", {"spacing": 0.1, "font": "Roboto"}),
    ("0123456789:", {"cells": True}),
    ("", {}),
]


def _facts(numbers: Any, masks: Any) -> dict[str, Any]:
    """Return the metrics of the last row (see glyph_texture.py), and the sums of the masks."""
    pairs = [(int(a) * 256 + int(b), int(c) * 256 + int(d)) for a, b, c, d in numbers[:9]]
    lines, kind = pairs[0]
    return {
        **{"lines": lines, "emoji": kind & 2, "em": pairs[1][0] / 256, "reach": pairs[1][1] / 256},
        **{"wide": pairs[3][0] - pairs[2][0], "high": pairs[3][1] - pairs[2][1]},
        **{"caps": pairs[5][0] / 256, "cells": pairs[6][0], "frame": pairs[8]},
        **{part: float(masks[..., at].sum()) for at, part in enumerate(("fill", "edge", "blur"))},
    }


@pytest.mark.parametrize(("text", "overrides"), STYLES)
async def test_layouts_agree(player_page: PlayerPage, text: str, overrides: dict[str, Any]) -> None:
    defaults: dict[str, Any] = {"frame": (640, 360), "font": "Inter", "size": 40.0, "width": 560.0}
    style = Style(**{**defaults, "height": 300.0, **overrides})
    texels = typeset(text, style)
    height = int(texels[-1, 7, 0]) * 256 + int(texels[-1, 7, 1])
    ours = _facts(texels[-1], texels[:height])
    style_json = json.dumps({**asdict(style), "text": text})
    drawn = await player_page.page.run(f"typeset({style_json})")
    texture = np.array(list(drawn["data"].values()), np.uint8).reshape(drawn["height"], -1, 4)
    text_height = int(texture[-1, 7, 0]) * 256 + int(texture[-1, 7, 1])
    theirs = _facts(texture[-1], texture[:text_height])
    for name in ("lines", "emoji", "cells", "frame"):
        assert theirs[name] == ours[name], name
    for name in ("em", "reach", "wide", "high", "caps", "fill", "edge", "blur"):
        assert theirs[name] == pytest.approx(ours[name], rel=0.12, abs=2), name
