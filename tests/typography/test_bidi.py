"""The bidirectional algorithm on examples of UAX 9 and on typical titles.

Capital letters represent Hebrew, `A` `B` `C` Arabic, as in the annex.
"""

import pytest

from server.typography.bidi import base_level, embedding_levels, visual_order

_HEBREW = {chr(ord("D") + at): chr(0x5D0 + at) for at in range(20)}
_ARABIC = {"A": "\u0627", "B": "\u0628", "C": "\u062a"}
_REAL = {**_HEBREW, **_ARABIC}


def _seen(text: str, base: int | None = None) -> str:
    """Return the letters from left to right."""
    real = "".join(_REAL.get(char, char) for char in text)
    levels = embedding_levels(real, base_level(real) if base is None else base)
    return "".join(text[place] for place in visual_order(levels))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("car means DEF.", "car means FED."),
        ("DEF means car.", ".means car FED"),
        ("abc DEF GHI jkl", "abc IHG FED jkl"),
        ("DEF 123 GHI", "IHG 123 FED"),
        ("DEF 1,234.50 GHI", "IHG 1,234.50 FED"),
        ("AB 12-34", "34-12 BA"),
        ("DEF -5% GHI", "IHG 5%- FED"),
        ("DEF 50% GHI", "IHG 50% FED"),
        ("abc (DEF) ghi", "abc (FED) ghi"),
        ("abc (DEF ghi)", "abc (FED ghi)"),
        ("DEF (abc) GHI", "IHG (abc) FED".replace("(", "<").replace(")", "(").replace("<", ")")),
        ("DEF! abc", "abc !FED"),
        ("", ""),
        ("123 !?", "123 !?"),
    ],
)
def test_order(text: str, seen: str) -> None:
    assert _seen(text) == seen


def test_a_combining_mark_stays_with_its_letter() -> None:
    text = "\u05d0\u05b8b"
    assert embedding_levels(text, base_level(text)) == [1, 1, 2]


def test_the_base_is_of_the_first_strong_letter() -> None:
    assert base_level("12 — (\u05d0 a") == 1
    assert base_level("… a \u05d0") == 0
    assert base_level("123") == 0
