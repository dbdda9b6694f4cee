"""Exports of Shadertoy's API, and their text form."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.effects.dialects import load
from server.effects.dialects.shadertoy.parser import parse
from server.effects.dialects.shadertoy.text_file import to_text, to_texts
from server.effects.effect import Channel, Content, Effect, Filter, Kind, Wrap
from server.errors import ToqiboxError

EXPORT = Path(__file__).parents[3] / "data" / "features" / "shadertoy" / "export.json"
LONDON = "/media/a/8de3a3924cb95bd0e95a443fff0326c869f9d4979cd1d5b6e94e2a01f5be53e9.jpg"
WOOD = "/media/a/1f7dca9c22f324751f2a5a59c9b181dfe3b5564a04b724c657732d0bf09c99db.jpg"
CODE = "void mainImage(out vec4 o, in vec2 p) {{ o = {}; }}"


def input_entry(number: int, kind: str, path: str, **more: Any) -> dict[str, Any]:
    """Return an input of a pass."""
    return {"channel": number, "type": kind, "filepath": path, **more}


def image(*inputs: dict[str, Any]) -> dict[str, Any]:
    """Return a shader of one pass that reads all four channels."""
    code = CODE.format(" + ".join(f"texture(iChannel{n}, p)" for n in range(4)))
    return {"info": {}, "renderpass": [{"type": "image", "code": code, "inputs": list(inputs)}]}


def effect(shader: dict[str, Any]) -> Effect:
    return parse("toy", "toy.json", json.dumps(shader))


def channels(shader: dict[str, Any]) -> list[Channel]:
    return list(effect(shader).passes[-1].channels)


def fault(text: str) -> tuple[str, int | None, str]:
    with pytest.raises(ToqiboxError) as caught:
        parse("toy", "toy.json", text)
    (read_channels,) = caught.value.diagnostics or []
    return read_channels["file"], read_channels["line"], read_channels["message"]


def test_metadata_of_an_export() -> None:
    made = load("toy", "toy.json", EXPORT.read_text())
    assert (made.title, made.credit, made.license) == (
        "Exported <toy>",
        "somebody",
        "CC BY-NC-SA 3.0",
    )
    assert made.description == "Counts frames over the picture"
    assert made.categories == ("counter", "test")
    assert [render_pass.target for render_pass in made.passes] == ["bufferA", None]
    assert made.passes[1].channels == (
        Channel(
            uniform="iChannel0",
            source="picture",
            filter=Filter.NEAREST,
            wrap=Wrap.REPEAT,
            flipped=True,
        ),
        Channel(uniform="iChannel1", source="noise256x1", filter=Filter.MIPMAP, wrap=Wrap.REPEAT),
        Channel(uniform="iChannel2", source="bufferA", filter=Filter.NEAREST),
        Channel(uniform="iChannel3", source="sound"),
    )
    assert [item.kind for item in made.inputs] == [Kind.IMAGE]
    assert [texture.content for texture in made.textures] == [Content.NOISE, Content.AUDIO]


def test_each_pass_is_a_listing_of_its_own() -> None:
    made = load("toy", "toy.json", EXPORT.read_text())
    names = {listing.file: listing.start for listing in made.listings}
    assert names == {
        "toy.json": 0,
        "toy.json (Image)": 3_000_000,
        "toy.json (Common)": 4_000_000,
        "toy.json (Buffer A)": 5_000_000,
    }
    assert "#line 4000001\n#define FRAMES" in made.passes[0].fragment
    assert "#line 5000001\nvoid mainImage(st_" in made.passes[0].fragment


@pytest.mark.parametrize("wrapped", ["{}", "[{}]", '{{"Shader": {}}}', "\n [{}]\n"])
def test_the_object_may_be_wrapped(wrapped: str) -> None:
    text = wrapped.format(json.dumps(image()))
    assert load("toy", "toy.json", text).dialect == "shadertoy"


def test_a_webcam_channel_is_the_previous_image() -> None:
    inputs = (
        input_entry(0, "texture", WOOD),
        input_entry(1, "texture", LONDON),
        input_entry(2, "webcam", "/webcam.png"),
    )
    assert [c.source for c in channels(image(*inputs))] == [
        "original",
        "original",
        "picture",
        "none",
    ]


def test_the_same_image_is_one_texture() -> None:
    inputs = [input_entry(n, "texture", path) for n, path in enumerate((LONDON, WOOD, LONDON))]
    assert [c.source for c in channels(image(*inputs))] == [
        "picture",
        "original",
        "picture",
        "none",
    ]


def test_media_and_their_usual_sampling() -> None:
    inputs = (
        input_entry(0, "texture", LONDON),
        input_entry(1, "keyboard", "/presets/tex00.jpg"),
        input_entry(2, "music", "/media/a/x.mp3"),
        input_entry(3, "video", "/media/a/x.webm", sampler={"vflip": "false"}),
    )
    read_channels = channels(image(*inputs))
    assert [c.source for c in read_channels] == ["original", "keyboard", "sound", "picture"]
    assert [c.filter for c in read_channels] == [Filter.MIPMAP, *[Filter.LINEAR] * 3]
    assert [c.wrap for c in read_channels] == [Wrap.REPEAT, *[Wrap.CLAMP] * 3]
    assert [c.flipped for c in read_channels] == [False, False, False, True]


def test_older_exports_write_src_ctype_and_numbers() -> None:
    old = {"channel": 0, "ctype": "buffer", "src": "/media/previz/buffer01.png", "id": 258}
    buffer = {"type": "buffer", "name": "Buf B", "outputs": [{"id": 258}], "code": CODE.format("o")}
    shader = image(old)
    shader["renderpass"].append(buffer)
    assert [target.name for target in effect(shader).targets] == ["bufferB"]
    assert channels(shader)[0].source == "bufferB"


def test_cubes_and_volumes() -> None:
    gray = "/media/a/27012b4eadd0c3ce12498b867058e4f717ce79e10a99568cca461682d84a4b04.bin"
    inputs = (
        input_entry(
            0, "cubemap", "/media/a/585f9546c092f53ded45332b343144396c0b2d70d9965f585ebc.jpg"
        ),
        input_entry(1, "cubemap", "/media/previz/cubemap00.png", id="4dX3Rr"),
        input_entry(2, "volume", gray),
        input_entry(3, "volume", "/media/a/aea6b99da1d53055107966b59ac5444fc8bc7b3ce2d0bbb6.bin"),
    )
    shader = image(*inputs)
    cube = "void mainCubemap(out vec4 o, in vec2 p, in vec3 f, in vec3 d) {}"
    shader["renderpass"].append({"type": "cubemap", "name": "Cube A", "code": cube})
    assert [c.source for c in channels(shader)] == ["cubemap", "cubeA", "volume32x1", "volume32x4"]
    fragment = effect(shader).passes[-1].fragment
    kinds = re.findall(r"uniform (sampler\w+) iChannel\d;", fragment)
    assert kinds == ["samplerCube", "samplerCube", "sampler3D", "sampler3D"]


def test_a_licence_in_the_code_counts_more_than_the_sites() -> None:
    shader = image()
    shader["renderpass"][0]["code"] += "\n// The MIT License"
    assert effect(shader).license == "MIT"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ('{\n"renderpass": [\n{"code" 1}]}', 3, "“:” expected"),
        ('{"info": {},\n"renderpass": 7}', 2, "an array “renderpass” is required"),
        ('{"renderpass": [\n{"type": "image"}]}', 2, "a pass must be an object with a string"),
        ('{"renderpass": []}', 1, "an Image pass is required"),
    ],
)
def test_faults_of_the_json_are_at_their_lines(text: str, line: int, expected: str) -> None:
    file, where, message = fault(text)
    assert (file, where) == ("toy.json", line)
    assert message.startswith(expected)


def _bare(made: Effect) -> Effect:
    """Return an effect without the positions of its lines."""
    passes = tuple(
        replace(
            render_pass,
            fragment=re.sub(r"[ \t]+\n", "\n", re.sub(r"#line \d+\n", "", render_pass.fragment)),
        )
        for render_pass in made.passes
    )
    return replace(made, file="", source="", listings=(), passes=passes)


def test_the_text_of_an_export_is_the_same_effect() -> None:
    export = EXPORT.read_text()
    text = to_text(export)
    assert _bare(load("toy", "toy.glsl", text)) == _bare(load("toy", "toy.json", export))
    assert text.startswith("// Title: Exported <toy>\n// Author: somebody\n")
    assert "// Pass: Buffer A\n// iChannel0: buffer A (nearest)\nvoid mainImage" in text
    assert "// iChannel0: photo (nearest, flip)\n" in text


def test_an_account_s_export_is_its_one_shader() -> None:
    account = {"userName": "me", "numShaders": 1, "shaders": [image()]}
    assert _bare(effect(account)) == _bare(effect(image()))
    assert _bare(effect([{"Shader": image()}])) == _bare(effect(image()))  # type: ignore[arg-type]


def test_an_export_of_several_shaders_is_refused_with_their_names() -> None:
    named = [{**image(), "info": {"name": name}} for name in ("First", "Second")]
    file, line, message = fault(json.dumps({"shaders": named}))
    assert (file, line) == ("toy.json", 1)
    assert message == "it holds 2 shaders: “First”, “Second”"
    assert [title for title, _ in to_texts(json.dumps(named))] == ["First", "Second"]


def test_code_like_generated_lines_stays_code() -> None:
    shader = image(input_entry(0, "keyboard", "/presets/tex00.jpg"))
    shader["info"] = {"name": "Title: x", "username": "", "tags": ["a, b"]}
    shader["renderpass"][0]["code"] = (
        '// Created by nobody\n  // iChannel0: sound\n// Pass: Buffer A\n#iChannel1 "self"\n'
        + shader["renderpass"][0]["code"]
    )
    export = json.dumps(shader)
    made = load("toy", "toy.glsl", to_text(export))
    assert _bare(made) == _bare(load("toy", "toy.json", export))
    assert (made.title, made.credit, len(made.passes)) == ("Title: x", "", 1)
