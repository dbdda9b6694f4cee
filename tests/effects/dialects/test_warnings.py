"""Warnings about code that has no effect, or a different one than it seems to have."""

import pytest

from server.effects.dialects import load
from server.effects.library.library import Library

BODY = "\nvoid main() { gl_FragColor = vec4(1.0); }\n"


def warnings_of(
    text: str, file: str = "test.fs", vertex: str | None = None
) -> list[tuple[int, str, str]]:
    """Return line, text at the column, and message with hint of each warning."""
    effect = load("test", file, text, vertex)
    lines = text.split("\n")
    reported = []
    for entry in effect.warnings:
        assert entry["severity"] == "warning"
        line_text = lines[entry["line"] - 1]
        expected = f"{entry['message']} → {entry['hint']}"
        reported.append((entry["line"], line_text[entry["column"] - 1 :][:8], expected))
    return reported


def of_header(header: str) -> tuple[int, str, str]:
    """Return the only warning about a header."""
    reported = warnings_of(f"/*{header}*/{BODY}")
    assert len(reported) == 1, reported
    return reported[0]


def of_input(rest: str) -> tuple[int, str, str]:
    """Return the only warning about an input on line 2."""
    return of_header('{"INPUTS": [\n{"NAME": "a", ' + rest + "}]}")


@pytest.mark.parametrize(
    ("rest", "at", "expected"),
    [
        ('"TYPE": "float", "BINDS": "kick"', '"BINDS":', "“BINDS” is not a key of an input: it is "
         "ignored → did you mean “BIND”?"),
        ('"TYPE": "float", "MIN": 2, "MAX": 1', "2, ", "MIN of “a” is greater than its MAX"),
        ('"TYPE": "float", "DEFAULT": 5', "5}]}*/", "DEFAULT of “a” is 5, which is out of "
         "range: 1 is used → MIN is 0, MAX is 1"),
        ('"TYPE": "float", "DEFAULT": "red"', '"red"', "must be a number"),
        ('"TYPE": "color", "DEFAULT": "#ff0000"', '"#ff0000', "must be three or four numbers"),
        ('"TYPE": "color", "DEFAULT": [1, 0]', "[1, 0]", "must be three or four numbers"),
        ('"TYPE": "point2D", "DEFAULT": 0.5', "0.5}", "must be two numbers"),
        ('"TYPE": "long", "VALUES": [0, 1], "LABELS": ["x"]', '["x"]', "2 VALUES and 1 LABELS → "
         "values without a label are shown as numbers"),
        ('"TYPE": "long", "LABELS": ["x", "y"], "LABELS_RU": ["z"]', '["z"]', "2 labels and 1 "
         "LABELS_RU → write a Russian label for each"),
        ('"TYPE": "long", "VALUES": [0, 1], "DEFAULT": 7', "7}]}*/", "0 is used → VALUES has 0, "
         "1"),
        ('"TYPE": "long", "VALUES": [0, "x"]', '"x"', "is not a number: it is ignored"),
        ('"TYPE": "bool", "VALUES": [0, 1]', '"VALUES"', "it is for TYPE long"),
        ('"TYPE": "float", "TYPE": "float"', '"TYPE": ', "occurs more than once"),
    ],
)  # fmt: skip
def test_an_input(rest: str, at: str, expected: str) -> None:
    line, there, message = of_input(rest)
    assert (line, there[: len(at)]) == (2, at[:8])
    assert expected in message


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('{"Inputs": []}', "“Inputs” is not a key of the header: it is ignored → did you mean "
         "“INPUTS”?"),
        ('{"ISFVSN": "2", "THUMBNAIL": "a.png"}', "known keys: ISFVSN, "),
        ('{"PASSES": [{"TARGET": "t", "PERSITENT": true}]}', "did you mean “PERSISTENT”?"),
        ('{"PASSES": [{"TARGET": "t", "WIDTH": "$WIDHT/2"}, {}]}', "WIDTH is “$WIDHT/2”, which "
         "counts as 1: “WIDHT” is neither a size of the frame nor a numeric input → did you "
         "mean “$WIDTH”?"),
        ('{"PASSES": [{"TARGET": "t", "HEIGHT": "8/"}, {}]}', "a value is missing"),
        ('{"PASSES": [{"TARGET": "t", "WIDTH": 8}]}', "of the last pass has no effect"),
        ('{"PASSES": [{"TARGET": "t", "WIDTH": "0"}, {}]}', "WIDTH is “0”, which counts as 1: it "
         "is 0 → a size must be at least 1 pixel"),
        ('{"PASSES": [{"TARGET": "t", "HEIGHT": "-5"}, {}]}', "HEIGHT is “-5”, which "
         "counts as 1"),
        ('{"INPUTS": [{"NAME": "s", "TYPE": "audio", "MAX": 0}]}', "MAX of “s” is 0: 1 is used"),
        ('{"INPUTS": [{"NAME": "s", "TYPE": "audioFFT", "MAX": 999999}]}', "MAX of “s” is 999999: "
         "16384 is used → MAX must be an integer between 1 and 16384"),
        ('{"PASSES": [{}, {}]}', "it is not drawn → give it a TARGET"),
        ('{"IMPORTED": {"a": {"PATH": "a.png", "FILE": "b"}}}', "not a key of an imported image"),
    ],
)  # fmt: skip
def test_a_header(header: str, expected: str) -> None:
    assert expected in of_header(header)[2]


def test_a_size_that_depends_on_inputs_has_no_warning() -> None:
    header = (
        '{"INPUTS": [{"NAME": "n", "TYPE": "float"}],'
        ' "PASSES": [{"TARGET": "t", "WIDTH": "max($WIDTH * $n, 1) / 0"}, {"WIDTH": "$WIDTH"}]}'
    )
    assert warnings_of(f"/*{header}*/{BODY}") == []


@pytest.mark.parametrize(
    ("file", "text", "at", "expected"),
    [
        ("a.fs", "/*{}*/\nuniform float zoom;\nvoid main() { gl_FragColor = vec4(zoom); }",
         (2, "zoom;"), "“zoom” (float) is never set: it stays 0 → declare it in INPUTS"),
        ("a.fs", "/*{}*/\nvarying vec2 foo;\nvoid main() { gl_FragColor = vec4(foo, 0, 1); }",
         (2, "foo;"), "no vertex shader writes “foo” (vec2): its value is undefined → assign it "
         "in a.vs"),
        ("a.glsl", "void mainImage(out vec4 c, in vec2 p) {\nc = vec4(iMouse.x); }",
         (2, "iMouse.x"), "there is no mouse in a video"),
        ("a.frag", "uniform mat3 m[2];\nuniform float row[4];\n"
         "void main() { gl_FragColor = vec4(row[0]); }",
         (2, "row[4];"), "“row” (float[4]) is never set: it stays 0 → inputs can be float"),
        ("a.frag", "flat in int id;\nvoid main() { gl_FragColor = vec4(float(id)); }",
         (1, "id;"), "no vertex shader writes “id” (int)"),
        ("a.glsl", "// Pass: Image\n// iChannel0: buffer B\n"
         "void mainImage(out vec4 c, in vec2 p) {\nc = texture(iChannel0, p); }",
         (4, "iChannel"), "iChannel0 reads Buffer B, which no pass draws"),
    ],
)  # fmt: skip
def test_glsl(file: str, text: str, at: tuple[int, str], expected: str) -> None:
    reported = warnings_of(text, file)
    assert len(reported) == 1, reported
    line, there, message = reported[0]
    assert (line, there) == at
    assert expected in message


def test_a_vertex_shader_that_writes_only_some_varyings() -> None:
    vertex = "varying vec2 a, b;\nvoid main() { isf_vertShaderInit(); a = vec2(1.0); }"
    text = "/*{}*/\nvarying vec2 a;\nvarying vec2 b;\nvoid main() { gl_FragColor = vec4(a, b); }"
    assert [(line, there) for line, there, _ in warnings_of(text, vertex=vertex)] == [(3, "b;")]


def test_unused_declarations_have_no_warning() -> None:
    assert warnings_of("/*{}*/\nuniform float zoom;\nvarying vec2 foo;" + BODY) == []


def test_no_effect_of_ours_has_warnings() -> None:
    assert {effect.id: effect.warnings for effect in Library().all() if effect.warnings} == {}
