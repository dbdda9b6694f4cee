"""Effects of ISF: the header, its values, and the text after it."""

import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from server.effects.dialects import load
from server.effects.dialects.isf.header_edit import HeaderEditError, edit_header
from server.effects.effect import Effect
from server.effects.model.input import Kind
from server.effects.source.header import HeaderSyntaxError, JsonArray, JsonObject, read_object
from server.errors import ToqiboxError
from tests.fuzz.harness import assert_linear, short
from tests.fuzz.inputs import objects, texts_of, values

MAIN = "\nvoid main() { gl_FragColor = IMG_THIS_PIXEL(inputImage) * size; }\n"
TOKENS = (
    '"',
    "'",
    "\\",
    "/",
    "*",
    "//",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r",
    "1",
    ".5",
    "1e9",
    "-",
)
VALUES = ("A", "true", "null", "\\u00e9", "\\ud83d", "NaN", "+2", "\t", '"NAME"', '"INPUTS"', "é")
TEXTS = texts_of(*TOKENS, *VALUES, max_tokens=40)
NAMES = st.sampled_from(
    ["size", "a", "inputImage", "TIME", "vec2", "gl_x", "1a", "", "isf_a", "a b"]
)
INPUT_KEYS = [
    *("NAME", "TYPE", "MIN", "MAX", "DEFAULT", "VALUES", "LABELS", "LABEL", "BIND", "PHOTO"),
    *("IDENTITY", "STATIC", "UNIT", "GROUP", "STEP", "TEXT", "FONT", "SCALE", "PAST"),
]
INPUTS = st.builds(
    lambda entry, name, kind: {**entry, "NAME": name, "TYPE": kind},
    objects(INPUT_KEYS, values),
    NAMES | values,
    st.sampled_from([*map(str, Kind), "int", "cube", "FLOAT"]) | values,
)
PASSES = objects(
    ["TARGET", "WIDTH", "HEIGHT", "PERSISTENT", "FLOAT"],
    NAMES | st.sampled_from(["$WIDTH/2", "floor(1/0)", True]) | values,
)
HEADERS = objects(
    [
        "INPUTS",
        "PASSES",
        "PERSISTENT_BUFFERS",
        "IMPORTED",
        "CATEGORIES",
        "TITLE",
        "CREDIT",
        "PREMIUM",
    ],
    st.lists(INPUTS | PASSES | values, max_size=3) | objects(["a"], PASSES | values) | values,
)
BODIES = texts_of(
    *("void main() {", "}", "gl_FragColor", "=", "IMG_PIXEL(a, ", ")", "size", "#define", "/*"),
    *("*/", "//", "IMG_NORM_PIXEL", "isf_FragNormCoord", "for(;;)", "uniform", "sampler2D", "a"),
    *("vec4(", "#if", "\\\n"),
)
EFFECTS = st.builds(
    lambda header, body: f"/*{json.dumps(header)}*/{body}", HEADERS, st.just(MAIN) | BODIES
)


def _plain(value: object) -> object:
    """Return a value of a header without its positions."""
    if isinstance(value, JsonObject):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, JsonArray) else value


def _read(text: str) -> JsonObject | None:
    try:
        return read_object(text, 0, len(text))
    except HeaderSyntaxError as error:
        assert 0 <= error.offset <= len(text)
        return None


def check_effect(text: str, file: str = "test.fs") -> Effect | None:
    """Load a text; check the effect, or the error if it is refused."""
    try:
        effect = load("test", file, text)
    except ToqiboxError as error:
        assert error.code in ("shader_compile_failed", "shader_rejected")
        assert error.diagnostics
        assert all(entry["message"] for entry in error.diagnostics)
        json.dumps(error.diagnostics, allow_nan=False)
        return None
    assert effect.passes
    defaults = effect.param_values({})
    assert effect.param_values(defaults) == defaults
    json.dumps(effect.describe(), allow_nan=False)
    return effect


@short
@given(TEXTS | st.text())
@example('{"A": "' + "\\u00")
def test_a_header_is_read_or_refused(text: str) -> None:
    header = _read(text)
    if header is not None:
        assert all(0 <= header.offset_of(key) < len(text) for key in header)
        assert all(start < end <= len(text) for start, end in header.spans.values())


@short
@given(objects(["A", "B", "INPUTS"], values))
@example({"A": {"\U00010000": "\ud800"}})
def test_everything_that_json_can_express_is_read(value: Any) -> None:
    text = json.dumps(value)
    header = _read(text)
    if header is not None:
        lone_surrogate = re.compile(r"\\ud800(?!\\ud[c-f])")
        assert _plain(header) == json.loads(lone_surrogate.sub(r"\\ufffd", text))


@short
@given(st.sampled_from(TOKENS), st.sampled_from(TOKENS))
def test_the_work_grows_with_the_length(first: str, second: str) -> None:
    assert_linear(_read, first + second, 60)


@short
@given(EFFECTS | TEXTS.map(lambda text: f"/*{text}*/{MAIN}") | st.text())
@example(f'/*{{"INPUTS": [{{"NAME": "a", "TYPE": "event", "GROUP": []}}]}}*/{MAIN}')
def test_a_text_is_an_effect_or_refused(text: str) -> None:
    check_effect(text)


EDITED = [
    {"NAME": "size", "TYPE": "float", "DEFAULT": 1, "BIND": "kick"},
    {"NAME": "on", "TYPE": "bool"},
    {"PHOTO": "vivid", "NAME": "tint", "TYPE": "color", "DEFAULT": [1, 1, 1, 1]},
    {"NAME": "title", "TYPE": "text", "DEFAULT": "*/"},
]
NEW_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "size": st.integers(-99, 99) | st.floats(-1e6, 1e6) | st.just({"bind": "snare", "max": 2}),
        "on": st.booleans() | st.just({"bind": "kick"}),
        "tint": st.lists(st.floats(0, 1), min_size=4, max_size=4),
        "title": st.text(max_size=9),
        "other": st.just(1),
    },
)


@short
@given(NEW_VALUES, st.sampled_from([None, 1, "\t"]), TEXTS)
def test_an_edited_header_has_the_new_values(
    changes: dict[str, Any], indent: Any, comment: str
) -> None:
    header = json.dumps({"INPUTS": EDITED}, indent=indent)
    text = f"/*{header}//{comment.replace('*', ' ')}*/{MAIN}"
    text = text.replace('"DEFAULT": "*/"', '"DEFAULT": "*\\/"')
    try:
        edit = edit_header(text, changes)
    except HeaderEditError:
        assert not set(changes) - {"other"} or any(map(_is_extreme, changes.values()))
        return
    assert set(edit.written) | set(edit.left) == set(changes)
    assert edit.text.endswith(MAIN)
    again = edit_header(edit.text, changes)
    assert again.text == edit.text


def _is_extreme(value: object) -> bool:
    """Return whether a value is a text, which may have characters that a header cannot hold."""
    return isinstance(value, str)
