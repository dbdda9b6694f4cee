"""Compilers' messages in the author's own lines."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.diagnostics.column_map import ColumnMap
from server.effects.diagnostics.compiler_log import compiler_diagnostics
from server.effects.dialects import load
from server.effects.source.diagnostic import (
    AUTHOR,
    AUTHOR_VERTEX,
    MAX_MESSAGE_LENGTH,
    Listing,
    diagnostic,
)
from server.errors import ToqiboxError
from server.render.gl.context import Context

Draw = Callable[..., NDArray[np.uint8]]
SOURCE = "/*{}*/\nfloat first;\n  second line\nthird"
LISTINGS = (Listing(AUTHOR, "x.fs", SOURCE), Listing(AUTHOR_VERTEX, "x.vs", "vertex\n"))


HINTS = {
    "`x' undeclared": "“x” is not defined: declare it before this line",
    'undefined variable "x"': "“x” is not defined: declare it before this line",
    "'x' : undeclared identifier": "“x” is not defined: declare it before this line",
    "Unterminated #if": "add the missing #endif",
}


def only_diagnostic(log: str) -> dict[str, Any]:
    (reported,) = compiler_diagnostics(log, LISTINGS)
    return reported


def test_messages_of_a_linker_on_one_line_are_split() -> None:
    log = "error: count of uniform locations > 81920(100000 > 81920)error: Too many components"
    reported = [entry["message"] for entry in compiler_diagnostics(log, LISTINGS)]
    first = "count of uniform locations > 81920(100000 > 81920)"
    assert reported == [first, "Too many components"]


@pytest.mark.parametrize(
    ("log_line", "line", "column", "severity", "message"),
    [
        ("0:3(9): error: `x' undeclared", 3, 9, "error", "`x' undeclared"),
        ("0:3(9): preprocessor error: Unterminated #if", 3, 9, "error", "Unterminated #if"),
        ('0(3) : error C1008: undefined variable "x"', 3, None, "error", 'undefined variable "x"'),
        ("0(3) : fatal error C9999: too much", 3, None, "error", "too much"),
        (
            "ERROR: 0:3: 'x' : undeclared identifier",
            3,
            None,
            "error",
            "'x' : undeclared identifier",
        ),
    ],
)
def test_formats_of_compilers(
    log_line: str, line: int, column: int | None, severity: str, message: str
) -> None:
    assert only_diagnostic(f"GLSL Compiler failed\n\nfragment_shader\n=====\n{log_line}\n\n") == {
        "file": "x.fs",
        "line": line,
        "column": column,
        "severity": severity,
        "message": message,
        "source": "second line",
        "indent": 2,
        "hint": HINTS.get(message),
    }


@pytest.mark.parametrize(
    ("log_line", "hint"),
    [
        ('0(3) : error C1503: undefined variable "firts"', "did you mean “first”?"),
        ('0(3) : error C7011: implicit cast from "vec3" to "vec2"', "select some of them"),
        ('0(3) : error C7623: implicit narrowing of type from "vec4" to "float"', "such as .x"),
        ('0(3) : error C0000: syntax error, unexpected $end at token "<EOF>"', "end of the file"),
        ("ERROR: 0:3: 'assign' : l-value required (can't modify an input \"line\")", "“line”"),
        ("ERROR: 0:3: 'assign' : l-value required (can't modify a const)", "a constant"),
        (
            "ERROR: 0:3: '=' : cannot convert from 'const highp float' to "
            "'highp 4-component vector of float'",
            "write vec4(…)",
        ),
        ("ERROR: 0:3: '%' : wrong operand types - no operation '%' exists", "mod(a, b)"),
        ("ERROR: 0:3: 'if' : boolean expression expected", "=="),
    ],
)
def test_hints_match_the_messages_of_each_compiler(log_line: str, hint: str) -> None:
    assert hint in only_diagnostic(log_line)["hint"]


def test_consequences_of_the_first_error_are_omitted() -> None:
    log = """ERROR: 0:3: 'tone' : undeclared identifier
ERROR: 0:3: 'texture2D' : no matching overloaded function found
ERROR: 0:3: 'assign' : l-value required (can't modify a const)
ERROR: 0:3: '' : compilation terminated
ERROR: 3 compilation errors.  No code generated.
0:4(2): error: no matching function for call to `f(error)'; candidates are:
0:4(2): error:    float f(float)
"""
    reported = compiler_diagnostics(log, LISTINGS)
    assert [(entry["line"], entry["message"]) for entry in reported] == [
        (3, "'tone' : undeclared identifier"),
        (4, "no matching function for call to `f(error)'"),
    ]


def test_errors_come_before_warnings_and_once() -> None:
    log = "0:2(1): warning: w\n0:3(1): error: e\n0:3(1): error: e\n0(4) : warning C7050: v\n"
    reported = compiler_diagnostics(log, LISTINGS)
    assert [entry["message"] for entry in reported] == ["e", "w", "v"]
    assert [entry["severity"] for entry in reported] == ["error", "warning", "warning"]


def test_generated_lines_are_never_reported_as_the_authors() -> None:
    entry = only_diagnostic("0:1000003(9): error: redefinition")
    assert (entry["line"], entry["column"], entry["source"]) == (None, None, "")


def test_the_vertex_shader_has_its_own_name_and_lines() -> None:
    (entry,) = compiler_diagnostics("0:2000001(1): error: e", LISTINGS)
    assert (entry["file"], entry["line"], entry["source"]) == ("x.vs", 1, "vertex")


def test_internal_names_are_not_shown() -> None:
    entry = only_diagnostic("error: unresolved reference to function `isf_author_main'")
    assert entry["message"] == "unresolved reference to function `main'"
    assert entry["line"] is None


@pytest.mark.parametrize("log", ["", "\n \n", "the driver died", "0:2(1): warning: only"])
def test_there_is_always_an_error(log: str) -> None:
    reported = compiler_diagnostics(log, LISTINGS)
    assert reported[0]["severity"] == "error"
    assert reported[0]["message"]


def test_long_logs_and_odd_characters_are_cut() -> None:
    log = "\n".join(f"0:{n + 1}(1): error: {n} \x1b[31m {'x' * 500}" for n in range(500))
    reported = compiler_diagnostics(log, LISTINGS)
    assert len(reported) == 50
    assert all(len(entry["message"]) <= 300 for entry in reported)
    assert all(entry["message"].isprintable() for entry in reported)


@pytest.mark.parametrize("line", ["0", "9000003", "99999999999"])
def test_lines_that_do_not_exist(line: str) -> None:
    reported = compiler_diagnostics(f"0:{line}(1): error: e", LISTINGS)
    assert reported[0]["source"] == ""


def test_errors_after_the_end_are_reported_at_the_last_line() -> None:
    entry = only_diagnostic("0:99(1): error: syntax error, unexpected end of file")
    assert (entry["line"], entry["column"], entry["source"]) == (4, None, "third")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("/*{\n}*/\n\nvoid main() {\n    gl_FragColor = vec4(oops);\n}", 5, "oops"),
        ("/*{}*/ dropped\nvoid main() { float f = vec2(1); }", 2, "float"),
        ("\r\n/*{\r\n}*/\r\n#version 120\r\nvoid main() { nope(); }", 5, "nope"),
        ("/*{}*/\n/* two\nlines */ void main() { nope(); }", 3, "nope"),
        ("/*{}*/\n#define A(x) x +\nvoid main() { float f = A(1.0); }", 3, ""),
        ("/*{}*/\nvoid main() { é; }", 2, ""),
        ("/*{}*/\nvoid main() {", 2, ""),
        ("/*{}*/\nvoid main() {} /*/\n", 2, ""),
        ("/*{}*/\n#if 1\nvoid main() {}", 2, ""),
        ("/*{}*/\n#line 2000007\nvoid main() { nope(); }", 3, "nope"),
        ("/*{}*/\nvoid start() {}", None, "main"),
    ],
)
def test_errors_of_a_real_compiler_are_at_the_authors_line(
    draw: Draw, text: str, line: int | None, word: str
) -> None:
    effect = load("test", "test.fs", text)
    with pytest.raises(ToqiboxError) as caught:
        draw(effect)
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.diagnostics is not None
    first = caught.value.diagnostics[0]
    assert (first["file"], first["line"]) == ("test.fs", line)
    assert word in first["message"] + first["source"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("      float  x =   oops;", "oops"),
        ("float x = /* why */ oops;", "oops"),
        ("\tfloat x\t=\t\toops;", "oops"),
        ("float half = 1.0, input = half + oops;", "oops"),
        ("vec4 c = IMG_NORM_PIXEL(inputImage, vv_FragNormCoord) * oops;", "oops"),
        ("float x = THREE(1.0, TWO) + oops;", "oops"),
        ("float x = THREE(oops, TWO);", "oops"),
        ("float x = TWO * WRONG;", "WRONG"),
        ("gl_FragColor = oops; gl_FragColor.a = 1.0;", "oops"),
    ],
)
def test_columns_are_those_of_the_authors_line(
    draw: Draw, gl: Context, line: str, word: str
) -> None:
    """Columns are mapped through the preprocessor: blanks, comments, macros, renamed names."""
    macros = "#define TWO 2.0\n#define THREE(a, b) (a + b / TWO * 1.0)\n#define WRONG oops\n"
    inputs = '"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]'
    text = f"/*{{{inputs}}}*/\n{macros}void main() {{\n{line}\n}}\n"
    with pytest.raises(ToqiboxError) as caught:
        draw(load("test", "test.fs", text))
    assert caught.value.diagnostics is not None
    first = caught.value.diagnostics[0]
    assert first["line"] == 6
    if "Mesa" in gl.version:
        assert first["column"] == line.index(word) + 1


def test_a_message_without_a_line_is_at_the_function(draw: Draw) -> None:
    text = "/*{}*/\n\nfloat deep(float x) { return deep(x - 1.0); }\nvoid main() { deep(1.0); }"
    with pytest.raises(ToqiboxError) as caught:
        draw(load("test", "test.fs", text))
    assert caught.value.diagnostics is not None
    assert caught.value.diagnostics[0]["line"] == 3


def test_a_long_line_is_shown_around_the_column() -> None:
    text = "x" * 5000 + " oops " + "y" * 5000
    reported = diagnostic("x.fs", text, 1, 5002, "m")
    assert reported["source"][reported["column"] - 1 - reported["indent"] :].startswith("oops")
    assert len(reported["source"]) == MAX_MESSAGE_LENGTH


def test_a_line_of_nested_macros_is_read_quickly() -> None:
    lines = [f"#define A{n} {' '.join([f'A{n - 1}'] * 10)}" for n in range(1, 16)]
    source = "\n".join(["#line 1", "#define A0", *lines, "A15 oops"])
    assert ColumnMap(source).to_author(17, 5, "A15 oops") is None


def test_errors_of_a_real_compiler_are_in_the_vertex_shader(draw: Draw) -> None:
    effect = load("test", "test.fs", "/*{}*/\nvoid main() {}", "\nvoid main() { oops(); }")
    with pytest.raises(ToqiboxError) as caught:
        draw(effect)
    assert caught.value.diagnostics is not None
    assert (caught.value.diagnostics[0]["file"], caught.value.diagnostics[0]["line"]) == (
        "test.vs",
        2,
    )
