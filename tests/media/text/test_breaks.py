"""Where lines may end."""

import pytest

from server.media.text.breaks import pieces
from server.media.text.characters import clusters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Два слова", ["Два ", "слова"]),
        ("Ночь и день", ["Ночь ", "и день"]),
        ("а я иду", ["а я иду"]),
        ("drum-and-bass", ["drum-", "and-", "bass"]),
        ("2001-2002", ["2001-2002"]),
        ("Ада — Ночь", ["Ада — ", "Ночь"]),
        ("Ada - Night · Live", ["Ada - ", "Night · ", "Live"]),
        ("— Привет, мир", ["— ", "Привет, ", "мир"]),
        ("no\u00a0break here", ["no\u00a0break ", "here"]),
        ("夜に「月」。", ["夜", "に", "「月」。"]),
        ("ラーメン", ["ラー", "メ", "ン"]),
        ("東京 Tokyo", ["東", "京 ", "Tokyo"]),
        ("สวัสดีครับ", ["สวัสดีครับ"]),
        ("(live) mix", ["(live) ", "mix"]),
        ("", []),
    ],
)
def test_pieces(text: str, found: list[str]) -> None:
    assert ["".join(piece) for piece in pieces(clusters(text))] == found
