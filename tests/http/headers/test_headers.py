"""The parsers and writers of headers: languages, ranges, file names; and the transfer rate."""

from urllib.parse import unquote

import pytest

from server.errors import ToqiboxError
from server.http.headers.accept_encoding import accepts_gzip
from server.http.headers.accept_language import preferred_language
from server.http.headers.content_disposition import content_disposition
from server.http.headers.ranges import (
    RangeNotSatisfiable,
    check_if_match,
    is_not_modified,
    requested_range,
)
from server.http.transfer_rate import TransferRate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("de, ru;q=0.5, en;q=0.4", "ru"),
        ("de, ru;q=0.4, en;q=0.5", "en"),
        ("ru;q=0", "en"),
        ("en;q=0, ru;q=0.1", "ru"),
        ("en;q=0, *", "ru"),
        ("*", "en"),
        ("ru;q=0.5, *;q=0.6", "en"),
        ("fr", "en"),
        ("RU", "ru"),
        ("rus, rup", "en"),
        (";;;q=,ru;q=nan", "en"),
        ("ru ; q=1.0", "ru"),
    ],
)
def test_the_language_is_the_one_of_highest_weight(header: str, language: str) -> None:
    assert preferred_language(header) == language


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("x-gzip", True),
        ("gzip;q=nan", False),
        (f"{'a,' * 10_000}gzip", False),
    ],
)
def test_gzip_is_sent_to_those_who_take_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@pytest.mark.fault("E25")
@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-", (2, 8)),
        ("bytes=-3", (7, 3)),
        ("bytes=-99", (0, 10)),
        ("bytes=8-99", (8, 2)),
        ("BYTES = 1 - 2", (1, 2)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=０-1", None),
        ("", None),
        (f"bytes={'0-0,' * 10_000}", None),
    ],
)
def test_one_range_is_served_and_invalid_ones_are_ignored(
    header: str, part: tuple[int, int] | None
) -> None:
    assert requested_range({"Range": header}, 10, '"e"') == part


@pytest.mark.parametrize(
    "header", ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=" + "9" * 18 + "-"]
)
def test_a_range_after_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        requested_range({"Range": header}, 10, '"e"')


@pytest.mark.fault("E25")
def test_if_range_must_match_this_file() -> None:
    expected = {"Range": "bytes=0-0"}
    assert requested_range({**expected, "If-Range": '"e"'}, 10, '"e"') == (0, 1)
    for other in ('"f"', 'W/"e"', "Mon, 01 Jan 2024 00:00:00 GMT"):
        assert requested_range({**expected, "If-Range": other}, 10, '"e"') is None


def test_if_none_match_takes_lists_weak_tags_and_any() -> None:
    assert is_not_modified({"If-None-Match": '"a", W/"e"'}, '"e"')
    assert is_not_modified({"If-None-Match": "*"}, '"e"')
    assert not is_not_modified({"If-None-Match": '"a"'}, '"e"')
    assert not is_not_modified({}, '"e"')


@pytest.mark.fault("A19", "E24")
@pytest.mark.parametrize(
    ("label", "plain", "encoded"),
    [
        ("Artist - Title", "Artist - Title", "Artist%20-%20Title"),
        ("Édith - Café", "Edith - Cafe", "%C3%89dith%20-%20Caf%C3%A9"),
        ("Кино - Группа крови", "back", "%D0%9A%D0%B8%D0%BD%D0%BE"),
        ("", "back", "back.mp4"),
        ("../../etc/passwd", "etc passwd", "etc%20passwd"),
        ('a"b\\c\r\nSet-Cookie: x', "a b c Set-Cookie x", "a%20b%20c"),
        ("\u202egpj.exe\u0000", "gpj.exe", "gpj.exe.mp4"),
        ("con", "back", "back.mp4"),
        ("....", "back", "back.mp4"),
        ("x" * 400, "x" * 100, "x" * 100 + ".mp4"),
        ("100%", "100", "100.mp4"),
        ("love \U0001fa77", "love", "love%20%F0%9F%A9%B7.mp4"),
        ("a\u200bb\ufeffc\u00add", "abcd", "abcd.mp4"),
    ],
)
def test_a_file_name_is_safe_in_both_spellings(label: str, plain: str, encoded: str) -> None:
    header = content_disposition(label, "back", ".mp4")
    assert header.startswith(f"attachment; filename=\"{plain}.mp4\"; filename*=UTF-8''{encoded}")
    assert header.isascii()
    assert header.isprintable()


def _utf8(header: str) -> str:
    return unquote(header.partition("filename*=UTF-8''")[2])


@pytest.mark.parametrize(
    "label",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
        "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_characters_that_join_others_are_kept(label: str) -> None:
    assert _utf8(content_disposition(label, "back", ".mp4")) == f"{label}.mp4"


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("\u9592" * 90, "\u9592" * 83),  # 3 bytes each
        ("\U0001f3b5" * 90, "\U0001f3b5" * 62),  # 4 bytes each
        ("\U0001f468\u200d\U0001f469" * 30, "\U0001f468\u200d\U0001f469" * 22),  # 11 bytes each
        ("\u0915\u093f" * 60, "\u0915\u093f" * 41),  # 6 bytes each
        ("\U0001f44d\U0001f3fd" * 40, "\U0001f44d\U0001f3fd" * 31),  # 8 bytes each
    ],
)
def test_a_name_fits_every_file_system(label: str, kept: str) -> None:
    name = _utf8(content_disposition(label, "back", ".mp4"))
    assert name == f"{kept}.mp4"
    assert len(name.encode()) <= 255


def test_if_match_must_match_the_file() -> None:
    for header in ('"e"', '"a", "e"', "*"):
        check_if_match({"If-Match": header}, '"e"')
    check_if_match({}, '"e"')
    check_if_match({"If-Match": "*"})
    for header, tag in (('"a"', '"e"'), ('W/"e"', '"e"'), ("", '"e"'), ('"e"', None)):
        with pytest.raises(ToqiboxError, match="If-Match"):
            check_if_match({"If-Match": header}, tag)


def test_a_rate_is_compared_only_over_a_whole_window() -> None:
    rate = TransferRate(min_rate=100, window_s=1.5)
    results = []
    for seconds, count in ((1.4, 0), (0.2, 149), (0.1, 10)):
        rate.add(seconds, count)
        results.append(rate.is_below_minimum)
    assert results == [False, True, False]


def test_a_rate_ignores_bytes_before_its_window() -> None:
    rate = TransferRate(min_rate=100, window_s=1.5)
    rate.add(0.0, 1_000_000)
    results = []
    for _ in range(16):
        rate.add(0.1, 0)
        results.append(rate.is_below_minimum)
    assert results[:13] == [False] * 13
    assert results[-1]
