"""Shadertoy shaders as text: sections, channels, comments, composed GLSL."""

import pytest

from server.effects.dialects import detect
from server.effects.dialects.shadertoy.parser import parse
from server.effects.effect import Builtin, Channel, Content, Effect, Filter, Wrap
from server.errors import ToqiboxError

IMAGE = "void mainImage(out vec4 fragColor, in vec2 fragCoord) {{ fragColor = {}; }}\n"
READ = "texture(iChannel{0}, fragCoord)"


def shader(*channels: int) -> str:
    """Return a text that reads those channels."""
    looks = " + ".join(READ.format(n) for n in channels)
    return IMAGE.format(looks or "vec4(1.0)")


def effect(text: str) -> Effect:
    return parse("some-toy", "some-toy.glsl", text)


def channels(text: str) -> dict[str, Channel]:
    """Return the channels of the only pass by uniform."""
    (render_pass,) = effect(text).passes
    return {channel.uniform: channel for channel in render_pass.channels}


def fault(text: str) -> tuple[int, str]:
    """Return line and message of the error of a rejected text."""
    with pytest.raises(ToqiboxError) as caught:
        effect(text)
    assert caught.value.code == "shader_compile_failed"
    (read_channels,) = caught.value.diagnostics or []
    assert read_channels["file"] == "some-toy.glsl"
    return read_channels["line"], read_channels["message"]


def test_unspecified_channels_are_photo_then_audio_then_noise() -> None:
    read_channels = channels(shader(3, 1, 2))
    assert [channel.source for channel in read_channels.values()] == [
        "picture",
        "sound",
        "noise256x4",
    ]
    assert list(read_channels) == ["iChannel1", "iChannel2", "iChannel3"]
    made = effect(shader(3, 1, 2))
    assert made.input_image == "picture"
    assert [texture.content for texture in made.textures] == [Content.AUDIO, Content.NOISE]


def test_specified_channels_leave_the_others_their_defaults() -> None:
    read_channels = channels("// iChannel0: sound\n" + shader(0, 1))
    assert [channel.source for channel in read_channels.values()] == ["sound", "picture"]


def test_a_shader_that_reads_nothing_has_no_channels() -> None:
    made = effect("// iChannel0: photo\n" + shader())
    assert (made.inputs, made.textures, made.passes[0].channels) == ((), (), ())


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("photo", "picture"),
        ("webcam", "picture"),
        ("original", "original"),
        ("Music", "sound"),
        ("mic", "sound"),
        ("noise", "noise256x4"),
        ("noise 64 gray", "noise64x1"),
        ("noise 9999", "noise1024x4"),
        ("volume", "volume32x4"),
        ("volume grey", "volume32x1"),
        ("cubemap", "cubemap"),
        ("keyboard", "keyboard"),
        ("some old London texture", "picture"),
        ("none", "none"),
        ("buffer B", "none"),
    ],
)
def test_each_source_of_a_channel_by_its_name(word: str, source: str) -> None:
    assert channels(f"// iChannel0: {word}\n" + shader(0))["iChannel0"].source == source


def test_usual_and_other_ways_of_sampling() -> None:
    usual = channels("// iChannel0: photo\n// iChannel1: sound\n" + shader(0, 1))
    assert (usual["iChannel0"].filter, usual["iChannel0"].wrap) == (Filter.MIPMAP, Wrap.REPEAT)
    assert (usual["iChannel1"].filter, usual["iChannel1"].wrap) == (Filter.LINEAR, Wrap.CLAMP)
    other = channels("//iChannel0 = photo (nearest,mirror, flip) as the camera\n" + shader(0))
    assert other["iChannel0"] == Channel(
        uniform="iChannel0",
        source="picture",
        filter=Filter.NEAREST,
        wrap=Wrap.MIRROR,
        flipped=True,
    )


def test_lines_of_an_editors_player() -> None:
    text = '#iChannel0 "file://track.mp3"\n#iChannel1 "https://example.org/a.png"\n#iKeyboard\n'
    read_channels = channels(text + shader(0, 1))
    assert [channel.source for channel in read_channels.values()] == ["sound", "picture"]
    assert "#i" not in effect(text + shader(0, 1)).passes[0].fragment.partition("#line 1\n")[2]


SECTIONS = f"""\
// Title: Two buffers
// Pass: Image
// iChannel0: buffer B (nearest)
{shader(0)}
// Pass: Common
const float LIGHT = 0.5;
// Pass: Buffer B
// iChannel0: buffer A
{shader(0)}
// Pass: Sound
vec2 mainSound(int at, float time) {{ return vec2(0.0); }}
// Pass: Buffer A
// iChannel0: buffer A
// iChannel1: buffer B
{shader(0)}"""


def test_sections_draw_in_shadertoys_order() -> None:
    made = effect(SECTIONS)
    assert [render_pass.target for render_pass in made.passes] == ["bufferA", "bufferB", None]
    assert all("const float LIGHT" in render_pass.fragment for render_pass in made.passes)
    assert not any("mainSound" in render_pass.fragment for render_pass in made.passes)
    assert [target.name for target in made.targets] == ["bufferA", "bufferB"]
    assert all(target.floating and target.width is None for target in made.targets)


def test_only_buffers_that_are_read_before_they_are_drawn_are_persistent() -> None:
    kept = {target.name: target.persistent for target in effect(SECTIONS).targets}
    assert kept == {"bufferA": True, "bufferB": False}, "A's channel of B is never sampled"
    later = SECTIONS.replace(shader(0), shader(0, 1))
    assert all(target.persistent for target in effect(later).targets)


def test_lines_stay_those_of_the_file() -> None:
    fragment = effect(SECTIONS).passes[2].fragment
    lines = SECTIONS.split("\n")
    assert f"#line {lines.index('const float LIGHT = 0.5;') + 1}\nconst float" in fragment
    assert "#line 4\nvoid mainImage(st_ vec4 fragColor" in fragment


def test_a_cube_pass_draws_a_floating_cube() -> None:
    text = (
        "// Pass: Cube A\nvoid mainCubemap(out vec4 c, in vec2 p, in vec3 o, in vec3 d) {}\n"
        "// Pass: Image\n// iChannel0: cube A\n" + shader(0)
    )
    made = effect(text)
    (cube,) = made.targets
    assert (cube.cube, cube.floating, cube.width, cube.persistent) == (True, True, "1024", False)
    assert made.uniforms["st_face"] is Builtin.FACE
    assert "uniform samplerCube iChannel0;" in made.passes[1].fragment


def test_metadata_in_comments() -> None:
    made = effect(
        "/*\n * Title: Some, thing \n * Created by a person - 2020\n*/\n// Tags: one, two,,one\n"
        "// Description: what it does\n// License: MIT\n" + shader()
    )
    assert (made.title, made.credit) == ("Some, thing", "a person - 2020")
    assert (made.license, made.description) == ("MIT", "what it does")
    assert made.categories == ("one", "two")


def test_without_comments_the_id_is_the_title() -> None:
    made = effect(shader())
    assert (made.title, made.credit, made.license, made.dialect) == (
        "Some toy",
        "",
        "",
        "shadertoy",
    )


@pytest.mark.parametrize(
    ("comment", "name"),
    [
        ("// The MIT License\n// Copyright somebody", "MIT"),
        (
            "/* License Creative Commons Attribution-NonCommercial-ShareAlike 3.0 */",
            "CC BY-NC-SA 3.0",
        ),
        ("// CC0: do what you want", "CC0-1.0"),
        ("// submits to nothing", ""),
    ],
)
def test_a_licence_in_a_comment(comment: str, name: str) -> None:
    assert effect(comment + "\n" + shader()).license == name


def test_faults_are_at_their_lines() -> None:
    assert fault("\n// iChannel0: nonsense\n" + shader(0))[0] == 2
    line, message = fault("// Pass: Image\n" + shader() + "// Pass: Buffer E\n" + shader())
    assert (line, message.partition(":")[0]) == (3, "unknown pass")
    line, message = fault("// Pass: Image\n// Pass: Image\n" + shader())
    assert (line, message) == (2, "the pass “image” must not occur twice")
    assert fault("// Pass: Buffer A\n" + shader())[1] == "an Image pass is required"
    line, message = fault('\n\n#iChannel1 "file://a.glsl"\n' + shader(1))
    assert (line, message.partition(":")[0]) == (
        3,
        "a channel that reads a shader needs a pass here",
    )


def test_a_comment_inside_the_code_may_name_a_channel() -> None:
    text = shader(0).replace("{", "{\n// iChannel0: depth in alpha\n", 1)
    assert channels(text) == channels(shader(0))


def test_code_before_the_first_section_is_common_to_all() -> None:
    text = "// Title: x\nconst float A = 1.0;\n// Pass: Image\n" + shader()
    assert "#line 1\n" in effect(text).passes[0].fragment
    assert fault(text + "// Pass: Common\n")[0] == 5


def test_a_main_of_another_player_is_ignored() -> None:
    copied = "uniform highp vec3 iResolution;\nvoid main() { mainImage(gl_FragColor, vec2(0)); }\n"
    assert detect(shader() + copied) == "shadertoy"
    assert detect(shader() + copied.replace("iResolution", "u_size")) == "fragment"


def test_names_that_the_author_defines_are_not_defined_again() -> None:
    own = "#define texture2D(a, b) texture(a, b)\n"
    assert "#define texture2D texture\n" not in effect(own + shader(0)).passes[0].fragment
    old = shader(0).replace("texture(", "texture2D(")
    assert "#define texture2D texture\n" in effect(old).passes[0].fragment


def test_a_macro_for_the_function_is_used_after_it() -> None:
    text = "#define mainImage(o, i) o = vec4(i, 0.0, 1.0);\n"
    fragment = effect(text).passes[0].fragment
    assert fragment.index("void main() {") > fragment.index("#define mainImage")


def test_a_sampler_that_is_not_a_channel_reads_a_texture_of_its_type() -> None:
    read_channels = channels(
        "uniform sampler2D iChannel0, tape; uniform samplerCube sky;\n" + shader(0)
    )
    assert [(name, channel.source) for name, channel in read_channels.items()] == [
        ("iChannel0", "picture"),
        ("sky", "cubemap"),
    ]


def test_a_channel_may_read_a_file_of_the_effects_folder() -> None:
    made = effect(
        "// iChannel0: image art/Grain 1.png (nearest)\n// iChannel1: 'b.JPG'\n" + shader(0, 1)
    )
    assert made.files == ("art/Grain 1.png", "b.JPG")
    names = [channel.source for channel in made.passes[0].channels]
    assert names == [texture.name for texture in made.textures]
    line, message = fault("\n// iChannel0: ../b.png\n" + shader(0))
    assert (line, message) == (2, "the image “../b.png”: it is outside the effect's folder")


def test_a_macro_for_the_function_is_enough() -> None:
    text = "#define mainImage(O, I) O = vec4((I) / iResolution.xy, 0.5, 1.0)\n"
    assert detect(text) == "shadertoy"


def test_the_previous_output_of_a_pass() -> None:
    made = effect('#iChannel0 "self"\n' + shader(0))
    (target,) = made.targets
    assert (made.passes[-1].target, target.name, target.persistent) == ("self", "self", True)
    buffer = effect(
        '// Pass: Buffer A\n#iChannel0 "self"\n' + shader(0) + "// Pass: Image\n" + shader()
    )
    assert [render_pass.target for render_pass in buffer.passes] == ["bufferA", None]
    assert [render_pass.name for render_pass in buffer.targets if render_pass.persistent] == [
        "bufferA"
    ]
