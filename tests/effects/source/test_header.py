"""The lenient JSON of headers, and the positions of errors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.effects.source.header import HeaderSyntaxError, JsonObject, read_object


def header(text: str) -> JsonObject:
    return read_object(text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"A": 1}', {"A": 1}),
        ('{"A": [1, 2, ], }', {"A": [1, 2]}),
        ('{"A": [1,, 2],, "B": 3}', {"A": [1, 2], "B": 3}),
        ('{// first\n"A": 1 // last\n}', {"A": 1}),
        ('{"A": "http://x/y"}', {"A": "http://x/y"}),
        ('{"A": "tab\tand\nbreak"}', {"A": "tab\tand\nbreak"}),
        ("{A: 'single \"quotes\"'}", {"A": 'single "quotes"'}),
        ('{"A": 1, "A": 2}', {"A": 2}),
        ('{"A": 1., "B": .5, "C": +2, "D": -1e2}', {"A": 1.0, "B": 0.5, "C": 2, "D": -100.0}),
        ('{"A": True, "B": no, "C": null}', {"A": True, "B": False, "C": None}),
        (r'{"A": "\u00e9\ud83d\ude00\q\n"}', {"A": "é😀q\n"}),
        (r'{"A": "\ud83d"}', {"A": "�"}),
        ('{"A": {"B": {}}} and more', {"A": {"B": {}}}),
        ("{}", {}),
    ],
)
def test_reads_headers_of_published_effects(text: str, expected: dict[str, object]) -> None:
    assert header(text) == expected


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "a value expected at the end"),
        ("[1]", 0, "an object in braces"),
        ('{"A" 1}', 5, "“:” expected, found “1”"),
        ('{"A": 1 "B": 2}', 8, "“,” or “}” expected"),
        ('{"A": [1 2]}', 9, "“,” or “]” expected"),
        ('{"A": "open}', 6, "not closed"),
        ('{"A": maybe}', 6, "a value expected"),
        ('{"A": 1e999}', 6, "too large"),
        ('{"A": -}', 6, "invalid number"),
        ('{"A": ' + "1" * 65 + "}", 6, "invalid number"),
        ('{"A": 1', 7, "“,” or “}” expected at the end"),
        ('{"A": ' + "[" * 5000, 30, "nested too deeply"),
        ("{1: 2}", 1, "a key expected"),
    ],
)
def test_errors_give_the_position(text: str, offset: int, message: str) -> None:
    with pytest.raises(HeaderSyntaxError, match=message) as caught:
        header(text)
    assert caught.value.offset == offset


def test_offsets_point_to_the_values() -> None:
    text = '{"A": 1,\n "B": [10, {"C": 2}]}'
    table = header(text)
    assert text[table.offset_of("B")] == "["
    array = table["B"]
    assert [text[offset] for offset in array.offsets] == ["1", "{"]  # type: ignore[attr-defined]
    assert table.offset_of("missing") == 0


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@given(st.dictionaries(st.text(), _values, max_size=4))
def test_reads_all_json(value: dict[str, object]) -> None:
    assert header(json.dumps(value)) == value


@given(st.text() | st.text(alphabet='{}[]":,/\\\n \t1e.-+u'))
def test_any_text_is_read_or_refused(text: str) -> None:
    offset = 0
    try:
        header(text)
    except HeaderSyntaxError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)
