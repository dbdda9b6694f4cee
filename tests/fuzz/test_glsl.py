"""The preprocessor of GLSL: every line of any text keeps its number."""

from hypothesis import example, given
from hypothesis import strategies as st

from server.effects.glsl.es300 import translate
from server.effects.glsl.globals import hoist_global_initializers
from server.effects.glsl.glsl330 import Piece, compose, fallback_sources, prepare
from server.effects.glsl.includes import (
    MAX_INCLUDED_CHARACTERS,
    IncludeError,
    expand,
    find_includes,
)
from server.effects.source.blanking import without_comments
from server.effects.source.brackets import match_brackets
from server.effects.source.conditions import blank_inactive
from tests.fuzz.harness import assert_linear, short
from tests.fuzz.inputs import texts_of

TOKENS = (
    *("/*", "*/", "//", "\\\n", "\n", "#", "#define A", "#undef A\n", "#if ", "#ifdef A\n"),
    *("#else\n", "#elif ", "#endif\n", "#line 7\n", "#version 330\n"),
    *("#extension GL_EXT_x : enable\n", "defined(A)", "&&", "!", "A", "A(x, ", "texture"),
    *("sample", "filter", "vec3 mix(", "gl_FragCoord", "= 1.0", "float a", "{", "}", "(", ")"),
    *("[", "]", ";", ",", "const ", "uniform ", "void main()", "é", "\0", "switch", "case", "##"),
)
TEXTS = texts_of(*TOKENS) | st.text()
UNITS = st.sampled_from(TOKENS)
FILES = st.dictionaries(
    st.sampled_from(["a.glsl", "b.glsl", "d/c.glsl"]),
    texts_of(
        *('#include "a.glsl"\n', '#include "b.glsl"\n', '#include "d/c.glsl"\n'),
        *("#include <../b.glsl>\n", "#pragma once\n", "#ifndef A\n", "#define A\n", "#endif\n"),
        *("#ifdef B\n", "x\n", "/*", "*/", "//"),
        max_tokens=8,
    ),
)


def _composed(text: str) -> str:
    extensions, code = prepare(text, {})
    return compose(extensions, "out vec4 color;\n", [Piece(code)], "void host() {}\n")


@short
@given(TEXTS)
def test_a_prepared_text_keeps_its_lines(text: str) -> None:
    extensions, code = prepare(text, {"A": "isf_A"})
    assert code.count("\n") == text.count("\n")
    assert code.isascii()
    assert "\0" not in code
    assert all(name.isidentifier() for name in extensions)
    assert len(without_comments(text)) == len(text)


@short
@given(TEXTS, st.frozensets(st.sampled_from("AB")), st.frozensets(st.sampled_from("AB")))
def test_inactive_parts_are_blank(
    text: str, known: frozenset[str], defined: frozenset[str]
) -> None:
    code = blank_inactive(text, known, defined)
    assert (len(code), code.count("\n")) == (len(text), text.count("\n"))
    assert all(after in (before, " ") for before, after in zip(text, code, strict=True))


@short
@given(TEXTS)
@example("#A(x, ]")
@example("{\n#\n}")
def test_every_bracket_has_a_counterpart_after_it(text: str) -> None:
    pairs = match_brackets(text)
    closing = {"(": ")", "[": "]", "{": "}"}
    assert all(first < last < len(text) for first, last in pairs.items())
    assert all(closing[text[first]] == text[last] for first, last in pairs.items())


@short
@given(TEXTS)
def test_a_composed_shader_is_translated(text: str) -> None:
    source = _composed(text)
    for other in fallback_sources(source):
        assert other.startswith("#version ")
    assert translate(source).startswith("#version 300 es\n")
    lines = hoist_global_initializers(text).split("\n")
    assert len(lines) >= text.count("\n") + 1


@short
@given(UNITS, UNITS)
def test_the_work_grows_with_the_length(first: str, second: str) -> None:
    assert_linear(lambda text: translate(_composed(text)), first + second, 40)


@short
@given(FILES, st.sampled_from(["a.glsl", "main.fs"]))
def test_includes_are_expanded_or_refused(files: dict[str, str], name: str) -> None:
    text = files.get(name, '#include "a.glsl"\nx')
    try:
        expanded, _ = expand(name, text, files)
    except IncludeError as error:
        assert 1 <= error.line <= error.text.count("\n") + 1
        return
    assert len(expanded) <= MAX_INCLUDED_CHARACTERS + len(text)
    assert all(line <= text.count("\n") + 1 for line, _ in find_includes(text))
