"""The limits of JSON from strangers: decoded as a strict parser does, or refused."""

import json
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from server.errors import ToqiboxError
from server.jobs.submission.plain_json import MAX_DEPTH, read_json
from server.jobs.submission.preset import read_preset
from tests.fuzz.harness import assert_linear, count_lines, short
from tests.fuzz.inputs import objects, texts_of, values

MAX_BYTES = 2000
TOKENS = ('"', "\\", "[", "]", "{", "}", ",", ":", '"a"', "1", "-", "1e9", "null", "NaN", "\\ud800")
TEXTS = texts_of(*TOKENS, max_tokens=60)
NESTED = st.builds(
    lambda opening, depth: opening * depth, st.sampled_from(TOKENS), st.integers(1, 900)
)
CHAINS = st.lists(
    st.fixed_dictionaries({"id": st.text(max_size=9)}, optional={"params": values}), max_size=3
)
PRESETS = st.fixed_dictionaries(
    {
        "title": values,
        "description": st.text(max_size=9) | values,
        "genres": values,
        "chain": CHAINS,
    },
    optional={"aspects": objects(["16:9", "1:1", "x"], objects(["a"], values)), "fit": values},
)


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0)


def _read(text: str) -> object:
    """Return the value of a text; None if it is refused."""
    try:
        return read_json("field", text, MAX_BYTES)
    except ToqiboxError as error:
        assert (error.code, error.field) == ("invalid_parameter", "field")
        assert error.sentence("ru")
        return None


@short
@given(TEXTS | NESTED | st.text() | values.map(json.dumps))
@example("1e999")
def test_a_text_is_read_as_json_or_refused(text: str) -> None:
    value = _read(text)
    if value is not None:
        assert _depth(value) <= MAX_DEPTH
        assert len(text.encode("utf-8", "surrogatepass")) <= MAX_BYTES
        assert value == json.loads(text)
        json.dumps(value, allow_nan=False)


@short
@given(values)
def test_everything_that_json_can_express_is_read(value: Any) -> None:
    text = json.dumps(value)
    assume("NaN" not in text and "Infinity" not in text and len(text) <= MAX_BYTES)
    assume(_depth(value) <= MAX_DEPTH)
    assert _read(text) == value


@short
@given(st.sampled_from(TOKENS), st.sampled_from(TOKENS))
def test_the_work_grows_with_the_length(first: str, second: str) -> None:
    assert_linear(_read, first + second, 100)


def test_a_text_over_the_limit_is_not_read() -> None:
    assert count_lines(lambda: _read("[" * 100_000)) < 300


@short
@given(PRESETS | objects(["title", "chain", "x"], values) | values)
def test_a_preset_is_read_or_refused(preset: Any) -> None:
    text = json.dumps(preset)
    try:
        read = read_preset("p", "p.json", text)
    except ToqiboxError as error:
        assert error.code in ("invalid_parameter", "unknown_effect")
        assert error.field is not None
        return
    json.dumps(read.describe("ru"), allow_nan=False)
    assert read.chain_for("16:9")
