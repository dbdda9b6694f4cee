"""A browser's own letters lie in the texture as the server's do, and are about as large."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from server.typography.style import Style
from server.typography.typeset import typeset
from tests.web.conftest import Stage

pytestmark = pytest.mark.browser

STYLES: list[tuple[str, dict[str, Any]]] = [
    ("Ночной дрейф", {}),
    ("Длинное название трека, которое переносится", {"align": 0.5, "outline": 0.1, "shadow": 0.3}),
    ("Лето 🔥", {"spacing": 0.1, "font": "Roboto"}),
    ("0123456789:", {"cells": True}),
    ("", {}),
]


def _facts(numbers: Any, masks: Any) -> dict[str, Any]:
    """What the last row says, as packing.py lays it out, and sums of the masks."""
    pairs = [(int(a) * 256 + int(b), int(c) * 256 + int(d)) for a, b, c, d in numbers[:9]]
    lines, kind = pairs[0]
    return {
        **{"lines": lines, "emoji": kind & 2, "em": pairs[1][0] / 256, "reach": pairs[1][1] / 256},
        **{"wide": pairs[3][0] - pairs[2][0], "high": pairs[3][1] - pairs[2][1]},
        **{"caps": pairs[5][0] / 256, "cells": pairs[6][0], "frame": pairs[8]},
        **{part: float(masks[..., at].sum()) for at, part in enumerate(("fill", "edge", "blur"))},
    }


@pytest.mark.parametrize(("text", "words"), STYLES)
async def test_layouts_agree(stage: Stage, text: str, words: dict[str, Any]) -> None:
    given: dict[str, Any] = {"frame": (640, 360), "font": "Inter", "size": 40.0, "width": 560.0}
    style = Style(**{**given, "height": 300.0, **words})
    texels = typeset(text, style)
    height = int(texels[-1, 7, 0]) * 256 + int(texels[-1, 7, 1])
    ours = _facts(texels[-1], texels[:height])
    told = json.dumps({**asdict(style), "text": text})
    found = await stage.page.run(f"typeset({told})")
    rows = np.array(list(found["data"].values()), np.uint8).reshape(found["height"], -1, 4)
    tall = int(rows[-1, 7, 0]) * 256 + int(rows[-1, 7, 1])
    theirs = _facts(rows[-1], rows[:tall])
    for name in ("lines", "emoji", "cells", "frame"):
        assert theirs[name] == ours[name], name
    for name in ("em", "reach", "wide", "high", "caps", "fill", "edge", "blur"):
        assert theirs[name] == pytest.approx(ours[name], rel=0.12, abs=2), name
