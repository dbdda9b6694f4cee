"""Hostile texts: read in bounded time, valid or rejected."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.effects.dialects import MAX_SOURCE_LENGTH, load
from server.effects.effect import Kind
from server.effects.glsl.glsl330 import prepare
from server.errors import ToqiboxError

MAIN = "\nvoid main() { gl_FragColor = vec4(1.0); }\n"


@pytest.mark.fault("G03")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "body",
    ["/*", "/", "//", "*/", "#version ", "#extension", "\n#", "(", "a ", "_", "\\\n", "é", "\0"],
)
def test_repetitive_texts_are_read_quickly(body: str) -> None:
    text = "/*{}*/\n" + body * (MAX_SOURCE_LENGTH // len(body) - 10)
    assert load("test", "test.fs", text).passes


@pytest.mark.fault("G03")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("opening", ['{"A": ', "[", '"', "{", ",", " ", "//", "\\"])
def test_repetitive_headers_are_refused_quickly(opening: str) -> None:
    with pytest.raises(ToqiboxError):
        load("test", "test.fs", "/*" + opening * (MAX_SOURCE_LENGTH // len(opening) - 10) + "*/")


@pytest.mark.fault("G05")
@pytest.mark.parametrize(
    ("name", "enabled"),
    [
        ("GL_ARB_gpu_shader5", True),
        ("GL_EXT_gpu_shader4", True),
        ("GL_ARB_shader_storage_buffer_object", False),
        ("GL_ARB_shader_image_load_store", False),
        ("GL_ARB_bindless_texture", False),
        ("GL_ARB_shading_language_include", False),
        ("GL_NV_shader_buffer_load", False),
        ("all", False),
    ],
)
def test_no_extension_gives_a_shader_memory_of_others(name: str, enabled: bool) -> None:
    extensions, code = prepare(f"#extension {name} : require\n{MAIN}", {})
    assert extensions == [name] * enabled
    assert "extension" not in code


_headers = st.dictionaries(
    st.sampled_from(["INPUTS", "PASSES", "PERSISTENT_BUFFERS", "IMPORTED", "TITLE", "CATEGORIES"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["NAME", "TYPE", "MIN", "MAX", "DEFAULT", "VALUES", "TARGET", "WIDTH"]
                ),
                inner | st.sampled_from([kind.value for kind in Kind]) | st.just("a"),
                max_size=6,
            )
        ),
        max_leaves=20,
    ),
)


@pytest.mark.slow
@given(st.text() | _headers.map(lambda header: f"/*{json.dumps(header)}*/{MAIN}"))
def test_any_text_is_an_effect_or_refused(text: str) -> None:
    error: ToqiboxError | None = None
    try:
        effect = load("test", "test.fs", text)
    except ToqiboxError as caught:
        error = caught
    if error is not None:
        assert error.code in ("shader_compile_failed", "shader_rejected")
        assert error.diagnostics
    else:
        assert effect.passes
        defaults = effect.param_values({})
        assert effect.param_values(defaults) == defaults
        json.dumps(effect.describe(), allow_nan=False)
