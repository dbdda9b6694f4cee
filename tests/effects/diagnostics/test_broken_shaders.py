"""Broken shaders of many kinds over all dialects: each message is where the mistake is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.effects.dialects import load
from server.errors import ToqiboxError
from server.render.gl.context import Context
from tests.render.drawing import make_renderer

SHADERS = Path(__file__).parents[2] / "data" / "broken"

BROKEN: tuple[tuple[str, int, int | None, str, str], ...] = (
    # file, line, column, text at the column, start of the hint
    ("array_size.frag", 6, 16, "count", "the size of an array must be a constant"),
    ("bool_wanted.glsl", 3, 9, "x", "a condition must be a bool"),
    ("brace.fs", 8, 2, "", "a “}” is missing"),
    ("called_before.glsl", 2, 22, "wave", "“wave” is defined in line 4"),
    ("constant_written.glsl", 3, 5, "SPEED", "“SPEED” is a constant"),
    ("declared_twice.glsl", 4, 11, "glow", "“glow” is already declared"),
    ("directive.frag", 4, 1, "#", "known directives: #define #if #ifdef #else #endif"),
    ("endif.frag", 4, 1, "#", "add the missing #endif"),
    ("export.json", 2, 31, ";", "the expression before this “;” is incomplete"),
    ("extra_brace.frag", 6, 1, "}", "there is one “}” too many, here or before"),
    ("field.frag", 7, 25, "ray", "see the struct for its field names"),
    ("float_to_int.glsl", 2, 5, "int", "convert it with int(…)"),
    ("header.fs", 4, 23, '"', ""),
    ("host_name_redefined.fs", 4, 7, "TIME", "“TIME” is already declared by the host"),
    ("image_not_declared.fs", 5, 35, "backdrop", "“backdrop” is not defined"),
    ("include.frag", 4, 1, "#", "the file must exist, relative to this file"),
    ("input_not_declared.fs", 6, 28, "brightness", "“brightness” is not defined"),
    ("input_written.fs", 5, 5, "speed", "“speed” is read-only"),
    ("loop_name.frag", 6, 10, "i", "“i” is not defined"),
    ("macro_arguments.frag", 6, 25, "MIX2", "see the #define for how many arguments the m"),
    ("macro_breaks_host.fs", 6, 20, "texture", "“nothing” is not defined"),
    ("modulo.frag", 5, 20, "gl_FragCoord", "“%” is for integers"),
    ("name_of_isf.glsl", 2, 27, "RENDERSIZE", "its name here is iResolution (a vec3)"),
    ("name_of_shadertoy.fs", 5, 31, "iTime", "its name here is TIME"),
    ("near_miss.fs", 5, 22, "TIEM", "did you mean “TIME”?"),
    ("near_miss.glsl", 3, 30, "iTme", "did you mean “iTime”?"),
    ("near_miss_transition.glsl", 3, 16, "getFromColour", "did you mean “getFromColor”?"),
    ("no_return.glsl", 1, 1, "float", "“wave” must end with “return …;” on every wa"),
    ("no_sampler.frag", 5, 20, "texture2D", "the first argument of “texture” must be an i"),
    ("not_ascii.frag", 5, 32, "×", "“×” is not a valid character in GLSL"),
    ("outside.frag", 5, 1, "level", "statements are only allowed inside a function"),
    ("parenthesis.frag", 5, 39, ";", "a “)” is missing before this"),
    ("passes.glsl", 2, 46, "twist", "“twist” is not defined"),
    ("progress_written.glsl", 2, 5, "progress", "“progress” is read-only"),
    ("quote.frag", 5, 15, "'", "“'” is not a valid character in GLSL"),
    ("recursion.glsl", 1, None, "", "recursion is not allowed"),
    ("renamed.fs", 5, 44, "hafl", "“hafl” is not defined"),
    ("reserved.frag", 5, 11, "out", "“out” is a keyword"),
    ("semicolon.fs", 6, 5, "gl_FragColor", "a “;” is missing at the end of line 5"),
    ("size_mismatch.glsl", 2, 15, "fragCoord", "both sides must be as large, or one a single"),
    ("stray_else.frag", 7, 5, "else", "this “else” has no “if”"),
    ("swizzle.frag", 6, 25, "uv", "“.xyz” asks for parts that it does not have"),
    ("too_few_components.glsl", 3, 18, "vec3", "pass a number for each component"),
    ("transition_no_return.glsl", 1, 1, "vec4", "“transition” must end with “return …;” on ev"),
    ("type_unknown.frag", 5, 13, "color", "“vector3” is not a type"),
    ("unclosed_comment.frag", 7, 1, "/", "add the missing “*/”"),
    ("vec3_to_vec4.frag", 6, 5, "vec4", "vec3 has too few components"),
    ("vertex.fs", 4, 34, "scale", "“scale” is not defined"),
    ("void_value.frag", 6, 5, "float", "a function of type void returns no value"),
    ("wrong_arguments.glsl", 3, 22, "wave", "“wave” takes (vec2), not (float)"),
    ("wrong_entry.frag", 4, 6, "mian", "did you mean “main”?"),
)
"""A missing `;` is reported at the word after it, a missing brace at the end of the file."""


@pytest.fixture(scope="module")
def context() -> Iterator[Context]:
    with Context() as context:
        yield context


def diagnostics(context: Context, file: str) -> list[dict[str, Any]]:
    """Return the diagnostics of a file of the folder."""
    path = SHADERS / file
    beside = path.with_suffix(".vs")
    vertex = beside.read_text() if beside.exists() else None
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(context, load(path.stem, file, path.read_text(), vertex))
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.diagnostics
    return caught.value.diagnostics


@pytest.mark.fault("G10", "G11")
@pytest.mark.parametrize(("file", "line", "column", "word", "hint"), BROKEN)
def test_the_error_is_at_the_expected_place(
    context: Context, file: str, line: int, column: int | None, word: str, hint: str
) -> None:
    first = diagnostics(context, file)[0]
    assert first["severity"] == "error"
    assert first["file"] == NAMED.get(file, file)
    assert first["line"] == line
    if "Mesa" in context.version:
        assert first["column"] == column
        assert str(first["hint"] or "").startswith(hint)
    if column is not None:
        assert first["source"][column - 1 - first["indent"] :].startswith(word)


NAMED = {"vertex.fs": "vertex.vs", "export.json": "export.json (Buffer A)"}


def test_every_file_is_in_the_table() -> None:
    files = {path.name for path in SHADERS.iterdir()} - {"vertex.vs"}
    assert files == {case[0] for case in BROKEN}


def test_one_error_is_one_message(context: Context) -> None:
    """Consequences of the first message of a line are left out, and repetitions in every pass."""
    for file, *_ in BROKEN:
        reported = diagnostics(context, file)
        assert len({(entry["file"], entry["line"], entry["message"]) for entry in reported}) == len(
            reported
        )
        if file not in ("loop_name.frag",):
            assert len(reported) == 1, (file, reported)


@pytest.mark.fault("G10")
def test_internal_names_are_never_shown(context: Context) -> None:
    for file, *_ in BROKEN:
        for entry in diagnostics(context, file):
            message = entry["message"] + str(entry["hint"] or "")
            assert not any(
                name in message for name in ("isf_author", "isfi", "isfu", "st_", "1000")
            )
