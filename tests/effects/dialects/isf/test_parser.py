"""ISF files in the internal form: defaults, leniency, errors and their positions."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.effects.dialects import MAX_SOURCE_LENGTH, decode, load
from server.effects.effect import Builtin, Effect, Input, Kind
from server.effects.model.modulation import FeatureBinding
from server.errors import ToqiboxError

Refuse = Callable[..., ToqiboxError]
MAIN = "\nvoid main() { gl_FragColor = vec4(1.0); }\n"


def isf(body: str = MAIN, **header: object) -> Effect:
    return load("test", "test.fs", f"/*{json.dumps(header)}*/{body}")


def read_one(**keys: object) -> Input:
    """Return the only input of an effect."""
    return isf(INPUTS=[{"NAME": "x", **keys}]).inputs[0]


def test_an_empty_header_is_one_pass() -> None:
    effect = isf()
    assert len(effect.passes) == 1
    assert effect.passes[0].target is None
    assert effect.inputs == ()
    assert effect.targets == ()
    assert not effect.sequential
    assert effect.input_image is None
    assert effect.uniforms["TIME"] is Builtin.TIME


def test_keys_of_the_header() -> None:
    effect = load(
        "my-first_effect",
        "my-first_effect.fs",
        '/*{"DESCRIPTION": "Two\\n lines", "CREDIT": "me", "LICENSE": "MIT", "PREMIUM": true,'
        '"CATEGORIES": ["A", 3, "B"], "VSN": 2, "OTHER": {"deep": [1]}}*/' + MAIN,
    )
    assert effect.title == "My first effect"
    assert (effect.description, effect.credit, effect.license) == ("Two lines", "me", "MIT")
    assert effect.categories == ("A", "B")
    assert effect.premium
    assert isf(TITLE="  Given ").title == "Given"


@pytest.mark.parametrize(
    ("keys", "default", "minimum", "maximum"),
    [
        ({"TYPE": "float"}, 0.5, 0.0, 1.0),
        ({"TYPE": "float", "MIN": 2, "MAX": 4}, 3.0, 2.0, 4.0),
        ({"TYPE": "float", "MAX": 10}, 5.0, 0.0, 10.0),
        ({"TYPE": "float", "DEFAULT": 7}, 1.0, 0.0, 1.0),
        ({"TYPE": "float", "DEFAULT": "0.25"}, 0.25, 0.0, 1.0),
        ({"TYPE": "float", "MIN": 1, "MAX": -1, "DEFAULT": 0}, 0.0, -1.0, 1.0),
        ({"TYPE": "bool"}, True, None, None),
        ({"TYPE": "bool", "DEFAULT": 0.0}, False, None, None),
        ({"TYPE": "bool", "DEFAULT": 1}, True, None, None),
        ({"TYPE": "long", "MIN": 2, "MAX": 9}, 2, 2, 9),
        ({"TYPE": "long"}, 0, None, None),
        ({"TYPE": "long", "VALUES": [3, 5], "LABELS": ["a", "b"]}, 3, None, None),
        ({"TYPE": "long", "VALUES": [3, 5], "LABELS": ["a", "b"], "DEFAULT": 5}, 5, None, None),
        ({"TYPE": "long", "VALUES": [3, 5], "LABELS": ["a", "b"], "DEFAULT": 1}, 3, None, None),
        ({"TYPE": "point2D"}, (0.0, 0.0), None, None),
        ({"TYPE": "point2D", "DEFAULT": [640, 360]}, (640.0, 360.0), None, None),
        (
            {"TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 1], "DEFAULT": [2, 0.5]},
            (2.0, 0.5),
            (0.0, 0.0),
            (1.0, 1.0),
        ),
        ({"TYPE": "color"}, (0.0,) * 4, (0.0,) * 4, (1.0,) * 4),
        ({"TYPE": "color", "DEFAULT": [1, 0.5, 0]}, (1.0, 0.5, 0.0, 1.0), (0.0,) * 4, (1.0,) * 4),
        ({"TYPE": "image"}, None, None, None),
        ({"TYPE": "COLOR"}, (0.0,) * 4, (0.0,) * 4, (1.0,) * 4),
    ],
)
def test_defaults(keys: dict[str, Any], default: Any, minimum: Any, maximum: Any) -> None:
    item = read_one(**keys)
    assert (item.default, item.minimum, item.maximum) == (default, minimum, maximum)


def test_missing_labels_are_values_and_missing_values_are_indices() -> None:
    assert read_one(TYPE="long", VALUES=[2, 4]).labels == ("2", "4")
    assert read_one(TYPE="long", VALUES=[2, 4], LABELS=["two"]).labels == ("two", "4")
    assert read_one(TYPE="long", LABELS=["a", "b", "c"]).values == (0, 1, 2)


def test_label_identity_width_and_bind() -> None:
    assert read_one(TYPE="float", LABEL="Speed").label == "Speed"
    assert read_one(TYPE="float").label == "x"
    assert read_one(TYPE="float", IDENTITY=0.25).identity == 0.25
    assert read_one(TYPE="audio", MAX=64).width == 64
    assert read_one(TYPE="audioFFT").width is None
    assert read_one(TYPE="float", BIND="kick").modulation == FeatureBinding(feature="kick")
    moved = read_one(TYPE="point2D", MIN=[0, 0], MAX=[1, 2], BIND="bass").modulation
    assert moved == FeatureBinding(feature="bass", low=(0, 0), high=(1, 2))


@pytest.mark.parametrize("name", ["filter", "smooth", "case", "main", "texture", "gl_X", "isf_y"])
def test_names_that_glsl_has_taken_get_another_uniform(name: str) -> None:
    effect = isf(
        f"\nvoid main() {{ gl_FragColor = vec4({name}); }}",
        INPUTS=[{"NAME": name, "TYPE": "float"}],
    )
    item = effect.inputs[0]
    assert item.name == name
    assert item.uniform != name
    assert f"uniform float {item.uniform};" in effect.passes[0].fragment
    assert effect.param_values({name: 0.5}) == {name: 0.5}


def test_picture_is_input_image_or_the_first_image() -> None:
    def picture(*names: str) -> str | None:
        return isf(INPUTS=[{"NAME": name, "TYPE": "image"} for name in names]).input_image

    assert picture("photo", "other", "inputImage") == "inputImage"
    assert picture("photo", "other") == "other"
    assert picture("photo") is None


def test_passes_targets_and_sizes() -> None:
    effect = isf(
        PASSES=[
            {"TARGET": "a", "WIDTH": "floor($WIDTH/2)", "HEIGHT": 8, "PERSISTENT": "YES"},
            {},
            {"TARGET": "a"},
            {"TARGET": "last", "WIDTH": 3, "FLOAT": 1},
        ]
    )
    a, last = effect.targets
    assert (a.name, a.width, a.height, a.persistent) == ("a", "floor($WIDTH/2)", "8", True)
    assert (last.name, last.width, last.floating) == ("last", None, True)
    assert effect.sequential
    assert [drawn.target for drawn in effect.passes] == ["a", "a", "last"]
    indices = [drawn.fragment.partition("PASSINDEX = ")[2][0] for drawn in effect.passes]
    assert indices == ["0", "2", "3"]


def test_a_target_whose_name_glsl_has_taken_gets_another() -> None:
    effect = isf(
        "\nvoid main() { gl_FragColor = IMG_THIS_PIXEL(output); }",
        PASSES=[{"TARGET": "output"}, {}],
    )
    name = effect.targets[0].name
    assert name != "output"
    assert effect.passes[0].target == name
    assert f"IMG_THIS_PIXEL({name})" in effect.passes[1].fragment


@pytest.mark.parametrize(
    "buffers", [["keep"], {"keep": {"WIDTH": "$WIDTH/2", "FLOAT": True}}, {"keep": None}]
)
def test_persistent_buffers_of_version_1(buffers: object) -> None:
    effect = isf(PERSISTENT_BUFFERS=buffers, PASSES=[{"TARGET": "keep"}, {}])
    assert [target.name for target in effect.targets] == ["keep"]
    assert effect.sequential
    properties = isinstance(buffers, dict) and buffers["keep"] is not None
    assert effect.targets[0].floating == properties
    assert effect.targets[0].width == ("$WIDTH/2" if properties else None)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"IMPORTED": {"x": {"PATH": "../x.png"}}}, "outside the effect's folder"),
        ({"IMPORTED": {"x": {"PATH": "/etc/x.png"}}}, "not relative"),
        ({"IMPORTED": {f"x{n}": {"PATH": f"{n}.png"} for n in range(17)}}, "16 image files"),
        ({"PASSES": [{}] * 17}, "16 passes"),
        ({"INPUTS": [{}] * 129}, "128 inputs"),
    ],
)
def test_refuses_unsupported_features(
    refuse: Refuse, header: dict[str, object], reason: str
) -> None:
    error = refuse(f"/*{json.dumps(header)}*/{MAIN}")
    assert error.code == "shader_rejected"
    assert reason in str(error)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("\n/* {", 2, 1, "not closed"),
        ('/*{\n  "A": 1\n  "B": 2\n}*/', 3, 3, "“,” or “}” expected"),
        ('/*{\n "INPUTS": {}}*/', 2, 12, "must be an array"),
        ('/*{"INPUTS": [\n  7]}*/', 2, 3, "must be an object"),
        ('/*{"INPUTS": [\n  {"TYPE": "float"}]}*/', 2, 3, "NAME"),
        ('/*{"INPUTS": [\n  {"NAME": "a b", "TYPE": "float"}]}*/', 2, 12, "NAME"),
        ('/*{"INPUTS": [\n  {"NAME": "a"}]}*/', 2, 3, "no TYPE"),
        (
            '/*{"INPUTS": [\n  {"NAME": "a", "TYPE": "flaot"}]}*/',
            2,
            25,
            "“flaot” is not a valid TYPE",
        ),
        (
            '/*{"INPUTS": [\n  {"NAME": "a", "TYPE": "float", "BIND": "drum"}]}*/',
            2,
            42,
            "“drum” is not an audio feature",
        ),
        ('/*{"INPUTS": [{"NAME": "a", "TYPE": "image",\n"BIND": "kick"}]}*/', 2, 9, "numbers"),
        (
            '/*{"INPUTS": [{"NAME": "a", "TYPE": "float",\n"BIND": {"bind": "hat",\n"min": 2}}]}*/',
            3,
            8,
            "BIND.min: must be between 0 and 1",
        ),
        ('/*{"INPUTS": [{"NAME": "a","TYPE":"point2D",\n"BIND": "kick"}]}*/', 2, 9, "give min and"),
        ('/*{"INPUTS": [{"NAME": "TIME", "TYPE": "float"}]}*/', 1, 24, "reserved by ISF"),
        ("/*{\n}*/ void main() {}\n", 2, 4, "a shader is required after the header"),
        ('/*{"PASSES": [{"TARGET": "a b"}]}*/', 1, 26, "must be an identifier"),
        ('/*{"PASSES": [{"TARGET": "TIME"}]}*/', 1, 26, "reserved by ISF"),
        ('/*{"PASSES": [{"TARGET":\n 3}]}*/', 2, 2, "must be an identifier"),
        ('/*{"PERSISTENT_BUFFERS": 3}*/', 1, 26, "PERSISTENT_BUFFERS"),
        ('/*{"IMPORTED":\n 3}*/', 2, 2, "must be an object or an array"),
        ('/*{"IMPORTED": {"x":\n 3}}*/', 2, 2, "must be an object"),
        ('/*{"IMPORTED": [\n 3]}*/', 2, 2, "must be an object"),
        ('/*{"IMPORTED": [\n {"PATH": "a.png"}]}*/', 2, 2, "must be an identifier"),
        ('/*{"IMPORTED": {"x": {"PATH":\n 3}}}*/', 2, 2, "PATH must be a file"),
        ('/*{"IMPORTED": {"x": {"TYPE": "cube", "PATH":\n "a.png"}}}*/', 2, 2, "six faces"),
        ('/*{"IMPORTED": {"x": {"PATH":\n ["a.png", "b.png"]}}}*/', 2, 2, "PATH must be a file"),
        ('/*{"IMPORTED":\n {"TIME": {"PATH": "a.png"}}}*/', 2, 2, "reserved by ISF"),
    ],
)
def test_header_errors_point_at_the_line(
    refuse: Refuse, text: str, line: int, column: int, message: str
) -> None:
    error = refuse(text)
    assert error.code == "shader_compile_failed"
    assert error.diagnostics is not None
    (entry,) = error.diagnostics
    assert (entry["file"], entry["line"], entry["column"]) == ("test.fs", line, column)
    assert message in entry["message"]
    assert entry["severity"] == "error"
    assert entry["source"] == text.split("\n")[line - 1].strip()


def test_an_event_is_a_bool_that_is_off_or_follows_the_kick() -> None:
    item = read_one(TYPE="event", DEFAULT=True)
    assert (item.kind, item.default, item.modulation) == (Kind.EVENT, False, None)
    assert read_one(TYPE="event", BIND="kick").modulation == FeatureBinding(feature="kick")
    effect = isf(INPUTS=[{"NAME": "x", "TYPE": "event"}])
    assert effect.param_values({}) == {"x": False}
    assert effect.param_values({"x": True}) == {"x": True}
    assert effect.describe()["inputs"]["properties"]["x"]["kind"] == "event"
    assert "uniform bool x;" in effect.passes[0].fragment


@pytest.mark.parametrize(
    ("description", "forced"),
    [
        ("Automatically converted from https://www.shadertoy.com/view/abc by me", True),
        ("Automatically converted from http://glslsandbox.com/e#1.0", True),
        ("Like those of shadertoy.com", False),
        ("", False),
    ],
)
def test_converted_effects_ignore_alpha(description: str, *, forced: bool) -> None:
    effect = isf(DESCRIPTION=description, PASSES=[{"TARGET": "a"}, {}])
    assert ["isf_FragColor.a = 1.0" in drawn.fragment for drawn in effect.passes] == [False, forced]


def test_names_used_twice_are_refused(refuse: Refuse) -> None:
    inputs = [{"NAME": "a", "TYPE": "float"}, {"NAME": "a", "TYPE": "color"}]
    assert refuse(f"/*{json.dumps({'INPUTS': inputs})}*/").diagnostics
    twice = {"INPUTS": [{"NAME": "a", "TYPE": "image"}], "PASSES": [{"TARGET": "a"}]}
    assert refuse(f"/*{json.dumps(twice)}*/").diagnostics


def test_a_text_may_be_256_kb(refuse: Refuse) -> None:
    text = "/*{}*/" + MAIN
    assert load("test", "test.fs", text.ljust(MAX_SOURCE_LENGTH)).passes
    error = refuse(text.ljust(MAX_SOURCE_LENGTH + 1))
    assert error.code == "shader_rejected"
    assert "256 kB" in str(error)
    assert refuse(text, " " * (MAX_SOURCE_LENGTH + 1)).code == "shader_rejected"


def test_files_are_utf8_with_or_without_a_bom_or_latin1() -> None:
    assert decode(b"\xef\xbb\xbf/*{}*/") == "/*{}*/"
    assert decode("é".encode()) == "é"
    assert decode(b"\xe9") == "é"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_change_line_numbers(end: str) -> None:
    text = end.join(["", "/*{", "}*/ dropped", "first", "second"])
    fragment = load("test", "test.fs", text).passes[0].fragment
    assert fragment.endswith("#line 4\nfirst\nsecond\n")
