"""The cleaning of strings, and their clusters."""

import pytest

from server.typography.clusters import clean_text, is_emoji, is_mark, split_clusters


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("  Ночной \t дрейф ", "Ночной дрейф"),
        ("e\u0301", "é"),
        ("\u212b\u2adc\ufb2a", "Å\u2adc\ufb2a"),
        ("a\u202eb\u202c\u2066c\u2069", "abc"),
        ("\ud83d", ""),
        ("\U0001f600\ud83d", "\U0001f600"),
        ("\x00\x1b[0m", "[0m"),
        ("\u0378\ue000\U0001fae8", "\u0378\ue000\U0001fae8"),
        ("٣\u0600٤\u06dd", "٣\u0600٤\u06dd"),
        ("a\tb\v\vc\u2028d\r\n\n", "a b\n\nc\nd"),
        ("one\r\ntwo\n\n", "one\ntwo"),
        ("Z" + "\u0336" * 30, "Z" + "\u0336" * 4),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_cleaned(text: str, left: str) -> None:
    assert clean_text(text) == left


def test_tables_are_the_same_on_every_interpreter() -> None:
    """Letters of Unicode 15.1 and 16 that Python 3.11 and 3.12 do not know."""
    assert is_mark("\U000113b8")
    assert split_clusters("\U00011392\U000113b8") == ["\U00011392\U000113b8"]
    assert not is_mark("\U0002ebf0")


def test_a_long_text_is_cut() -> None:
    assert len(clean_text("ы" * 5000)) == 200
    assert clean_text("\n".join("abcdefghijklmnop")).count("\n") == 7


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("абв", 3),
        ("👩\u200d👩\u200d👧", 1),
        ("🇷🇺🇯🇵", 2),
        ("👍🏽", 1),
        ("1\ufe0f\u20e3", 1),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 1),
        ("नमस्ते", 3),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", 2),
        ("q\u0307\u0323x", 2),
        ("a\n\u0301b", 4),
        ("א\u200f!", 2),
        ("葛\U000e0100城", 2),
    ],
)
def test_clusters(text: str, count: int) -> None:
    pieces = split_clusters(text)
    assert len(pieces) == count
    assert "".join(pieces) == text


@pytest.mark.parametrize(
    ("cluster", "shown"),
    [
        ("🔥", True),
        ("❤\ufe0f", True),
        ("❤", False),
        ("⚡", True),
        ("⚡\ufe0e", False),
        ("7", False),
    ],
)
def test_emoji(cluster: str, shown: bool) -> None:
    assert is_emoji(cluster) is shown
