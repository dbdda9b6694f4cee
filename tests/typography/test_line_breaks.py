"""Allowed line breaks."""

import pytest

from server.typography.clusters import split_clusters
from server.typography.line_breaks import breakable_pieces


@pytest.mark.parametrize(
    ("text", "expected"),
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
        ("夜に「月」。", ["夜に", "「月」。"]),
        ("夜に駆ける少女たちの物語", ["夜に", "駆ける", "少女", "たちの", "物語"]),
        ("今天天气很好", ["今天", "天气", "很好"]),
        ("나는 너를 사랑해", ["나는 ", "너를 ", "사랑해"]),
        ("ラーメン", ["ラーメン"]),
        ("東京 Tokyo", ["東京 ", "Tokyo"]),
        ("สวัสดีครับเพื่อนรัก", ["สวัสดี", "ครับ", "เพื่อน", "รัก"]),
        ("ຂ້ອຍຮັກເຈົ້າ", ["ຂ້ອຍ", "ຮັກ", "ເຈົ້າ"]),
        ("ខ្ញុំស្រលាញ់អ្នក", ["ខ្ញុំ", "ស្រលាញ់", "អ្នក"]),
        ("မြန်မာနိုင်ငံသီချင်း", ["မြန်မာနိုင်ငံ", "သီချင်း"]),
        ("Qui est là ?", ["Qui ", "est ", "là ?"]),
        ("Wait ! What ?", ["Wait ! ", "What ?"]),
        ("« Bonjour » dit-il", ["« Bonjour » ", "dit-", "il"]),
        ("»Hallo« sagt er", ["»Hallo« ", "sagt ", "er"]),
        ("wait ; no : go", ["wait ; ", "no : ", "go"]),
        ("Это 100 % хит", ["Это ", "100 % ", "хит"]),
        ("what…now", ["what…", "now"]),
        ("(live) mix", ["(live) ", "mix"]),
        ("Love 🩷 東京 × Москва", ["Love ", "🩷 ", "東京 ", "× ", "Москва"]),
        ("🔥🔥 новый трек", ["🔥", "🔥 ", "новый ", "трек"]),
        ("𝓒𝓪𝓵𝓶 night", ["𝓒𝓪𝓵𝓶 ", "night"]),
        ("", []),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    assert ["".join(piece) for piece in breakable_pieces(split_clusters(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("夜に駆ける", ["夜", "に", "駆", "け", "る"]),
        ("ラーメン。", ["ラー", "メ", "ン。"]),
        ("「ちょっと」", ["「ちょっ", "と」"]),
    ],
)
def test_lines_may_end_inside_of_phrases_where_they_must(text: str, expected: list[str]) -> None:
    seen = breakable_pieces(split_clusters(text), phrases=False)
    assert ["".join(piece) for piece in seen] == expected
