"""Shaders of Shadertoy: texts with passes, and exports in JSON."""

import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from server.effects.dialects import detect
from server.effects.dialects.shadertoy.text_file import to_text, to_texts
from server.effects.effect import Effect
from server.errors import ToqiboxError
from tests.fuzz.harness import assert_linear, short
from tests.fuzz.inputs import objects, texts_of, values
from tests.fuzz.test_isf import check_effect

IMAGE = "void mainImage(out vec4 c, in vec2 p) { c = texture(iChannel0, p); }"
LINES = texts_of(
    *("// Pass: ", "Buffer A", "Image", "Common", "Cube A", "Sound", "\n", "// iChannel0: "),
    *("photo", "self", "noise", "(repeat, mipmap)", '#iChannel1 "', '"', "// Title: "),
    *("// Author: a", "#define", IMAGE, "void mainCubemap(", "iChannel3", "iResolution"),
    *("#if HW_PERFORMANCE", "/*", "*/", "//"),
    *("uniform float x;", "void main() {}", "#define mainImage(a, b) main()", "mainImage", "\\\n"),
)
CODES = st.sampled_from([IMAGE, "", "vec2 f() { return iMouse.xy; }"]) | LINES
CHANNELS = st.fixed_dictionaries(
    {"channel": st.integers(-1, 5) | values},
    optional={
        "ctype": st.sampled_from(["texture", "buffer", "music", "cubemap", "volume", "keyboard"])
        | values,
        "type": st.sampled_from(["texture", "buffer", "webcam"]) | values,
        "id": st.sampled_from(["4dXGR8", "257", "4dX3Rr", 257]) | values,
        "src": st.sampled_from(["/media/a/tex10.png", "/presets/webcam.png"]) | values,
        "filepath": st.just("tex12.png") | values,
        "sampler": objects(
            ["filter", "wrap", "vflip", "srgb"],
            st.sampled_from(["mipmap", "repeat", "true"]) | values,
        )
        | values,
    },
)
RENDER_PASSES = st.fixed_dictionaries(
    {
        "code": CODES | values,
        "type": st.sampled_from(["image", "buffer", "common", "cubemap", "sound"]) | values,
    },
    optional={
        "inputs": st.lists(CHANNELS | values, max_size=4) | values,
        "outputs": st.lists(
            objects(["id", "channel"], st.sampled_from(["4dXGR8", "XsXGR8", 0])), max_size=2
        )
        | values,
        "name": st.text(max_size=9) | values,
    },
)
INFO = objects(["name", "username", "description", "tags", "id"], values | LINES)
SHADERS = st.fixed_dictionaries(
    {"renderpass": st.lists(RENDER_PASSES, max_size=4) | values},
    optional={"info": INFO | values, "ver": values},
)
EXPORTS = st.one_of(
    SHADERS.map(lambda shader: {"Shader": shader}),
    SHADERS,
    st.lists(SHADERS, max_size=2),
    st.lists(SHADERS, max_size=2).map(lambda shaders: {"shaders": shaders}),
)


def _picture(effect: Effect) -> list[Any]:
    """Return what two effects that draw the same have in common: code without its line numbers."""
    code = [re.sub(r"(?m)^#line .*\n", "", entry.fragment).split() for entry in effect.passes]
    reads = [(entry.target, entry.channels) for entry in effect.passes]
    return [code, reads, effect.targets, effect.inputs, set(effect.textures)]


@short
@given(LINES | LINES.map(lambda text: f"{text}\n{IMAGE}"))
def test_a_text_is_an_effect_or_refused(text: str) -> None:
    check_effect(text)


@short
@given(EXPORTS)
@example({"Shader": {"renderpass": [{"code": "", "type": "image"}]}})
def test_an_export_is_an_effect_or_refused(export: Any) -> None:
    text = json.dumps(export)
    effect = check_effect(text, "test.json")
    try:
        converted = to_text(text)
        assert to_texts(text)
    except ToqiboxError as error:
        assert error.diagnostics
        assert effect is None or detect(text) != "shadertoy"
        return
    # A text without mainImage is of no dialect; no compiler accepts such an export either.
    if effect is not None and detect(text) == detect(converted) == "shadertoy":
        same = check_effect(converted, "test.glsl")
        assert same is not None
        assert same.title == effect.title
        assert _picture(same) == _picture(effect)


@short
@given(
    st.sampled_from(["// Pass: ", "#", "//", "/*", "iChannel0", "(", "{", ";", "\n", "a", "\\\n"])
)
def test_the_work_grows_with_the_length(unit: str) -> None:
    assert_linear(check_effect, unit, 40)
