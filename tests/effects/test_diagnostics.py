"""Compilers' messages in the author's own lines."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.diagnostics import AUTHOR, AUTHOR_VERTEX, Listing, compiler_diagnostics
from server.effects.dialects import load
from server.errors import ToqiboxError

Draw = Callable[..., NDArray[np.uint8]]
SOURCE = "/*{}*/\nfirst line\n  second line\nthird"
LISTINGS = (Listing(AUTHOR, "x.fs", SOURCE), Listing(AUTHOR_VERTEX, "x.vs", "vertex\n"))


def one(log: str) -> dict[str, Any]:
    (found,) = compiler_diagnostics(log, LISTINGS)
    return found


@pytest.mark.parametrize(
    ("row", "line", "column", "severity", "message"),
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
    row: str, line: int, column: int | None, severity: str, message: str
) -> None:
    assert one(f"GLSL Compiler failed\n\nfragment_shader\n=====\n{row}\n\n") == {
        "file": "x.fs",
        "line": line,
        "column": column,
        "severity": severity,
        "message": message,
        "source": "second line",
    }


def test_errors_come_before_warnings_and_once() -> None:
    log = "0:2(1): warning: w\n0:3(1): error: e\n0:3(1): error: e\n0(4) : warning C7050: v\n"
    found = compiler_diagnostics(log, LISTINGS)
    assert [entry["message"] for entry in found] == ["e", "w", "v"]
    assert [entry["severity"] for entry in found] == ["error", "warning", "warning"]


def test_our_own_lines_are_never_the_authors() -> None:
    entry = one("0:1000003(9): error: redefinition")
    assert (entry["line"], entry["column"], entry["source"]) == (None, None, "")


def test_the_vertex_shader_has_its_own_name_and_lines() -> None:
    (entry,) = compiler_diagnostics("0:2000001(1): error: e", LISTINGS)
    assert (entry["file"], entry["line"], entry["source"]) == ("x.vs", 1, "vertex")


def test_our_own_names_are_not_shown() -> None:
    entry = one("error: unresolved reference to function `isf_author_main'")
    assert entry["message"] == "unresolved reference to function `main'"
    assert entry["line"] is None


@pytest.mark.parametrize("log", ["", "\n \n", "the driver died", "0:2(1): warning: only"])
def test_there_is_always_an_error(log: str) -> None:
    found = compiler_diagnostics(log, LISTINGS)
    assert found[0]["severity"] == "error"
    assert found[0]["message"]


def test_long_logs_and_odd_characters_are_cut() -> None:
    log = "\n".join(f"0:{n + 1}(1): error: {n} \x1b[31m {'x' * 500}" for n in range(500))
    found = compiler_diagnostics(log, LISTINGS)
    assert len(found) == 50
    assert all(len(entry["message"]) <= 300 for entry in found)
    assert all(entry["message"].isprintable() for entry in found)


@pytest.mark.parametrize("line", ["0", "99", "9000003", "99999999999"])
def test_lines_that_do_not_exist(line: str) -> None:
    found = compiler_diagnostics(f"0:{line}(1): error: e", LISTINGS)
    assert found[0]["source"] == ""


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
        ("/*{}*/\nuniform vec3 TIME;\nvoid main() {}", 2, "TIME"),
        ("/*{}*/\nvoid start() {}", None, "main"),
    ],
)
def test_a_real_compiler_leads_to_the_authors_line(
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


def test_a_real_compiler_leads_to_the_vertex_shader(draw: Draw) -> None:
    effect = load("test", "test.fs", "/*{}*/\nvoid main() {}", "\nvoid main() { oops(); }")
    with pytest.raises(ToqiboxError) as caught:
        draw(effect)
    assert caught.value.diagnostics is not None
    assert (caught.value.diagnostics[0]["file"], caught.value.diagnostics[0]["line"]) == (
        "test.vs",
        2,
    )
