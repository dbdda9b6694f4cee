"""Builtin textures, in exact texels."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from server.effects.effect import Channel, Content, Effect, Filter, Texture
from server.errors import ToqiboxError
from server.render import default_media
from server.render.gl.context import Context
from server.render.gl.memory_budget import MemoryBudget
from server.render.gl.render_target import SamplerView, TextureSource
from server.render.textures.audio import ByteAudioTexture
from server.render.textures.builtin import BuiltinTextures, noise
from server.render.textures.image import PhotoTexture
from tests.render.drawing import draw_frame, make_effect, make_renderer, one_pass, quarters

RED, GREEN, BLUE, WHITE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255,) * 4


def _photo(context: Context, pixels: NDArray[np.uint8]) -> PhotoTexture:
    return PhotoTexture(context, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def _views(
    context: Context, effect: Effect, paths: Mapping[str, Path] | None = None, budget: int = 1 << 20
) -> dict[str, SamplerView]:
    photo = _photo(context, quarters(20, 10))

    def audio() -> TextureSource:
        texture = ByteAudioTexture(context, default_media.DefaultAudio(), 10)
        texture.update(7)
        return texture

    return BuiltinTextures(
        context, effect, photo, audio, paths or {}, MemoryBudget(effect, budget)
    ).create_all()


def _drawn(
    context: Context,
    body: str,
    kind: str,
    texture: Texture,
    *channels: Channel,
    paths: Mapping[str, Path] | None = None,
) -> NDArray[np.float64]:
    """Draw `body`, which samples `texture` as ``t``."""
    declared = " ".join(f"uniform {kind} {c.uniform};" for c in channels)
    effect = make_effect(
        one_pass(body, declared or f"uniform {kind} t;", *channels), textures=(texture,)
    )
    return draw_frame(make_renderer(context, effect, sources=_views(context, effect, paths)))


def test_the_photo_is_upright_and_unfitted(context: Context) -> None:
    texture = Texture(name="t", content=Content.PHOTO)
    body = """color = gl_FragCoord.x < 1.0 ? vec4(textureSize(t, 0), 0, 255) / 255.0
        : texture(t, gl_FragCoord.xy / vec2(64.0, 36.0));"""
    seen = _drawn(context, body, "sampler2D", texture)
    assert seen[0, 0].tolist() == [20, 10, 0, 255]
    corners = [seen[y, x].tolist() for y in (2, 33) for x in (3, 61)]
    assert corners == [list(color) for color in (RED, GREEN, BLUE, WHITE)]


def test_noise_is_the_same_everywhere() -> None:
    """Compare the first bytes with values computed by hand from the generator's definition."""

    def noise_byte(index: int) -> int:
        state = (index * 747_796_405 + 2_891_336_453) % 2**32
        word = ((state >> ((state >> 28) + 4)) ^ state) * 277_803_737 % 2**32
        return ((word >> 22) ^ word) >> 24

    assert noise(300).tolist() == [noise_byte(index) for index in range(300)]
    values = noise(1 << 18)
    assert values.mean() == pytest.approx(127.5, abs=0.5)
    assert np.bincount(values, minlength=256).min() > 850  # 1024 of each on average


@pytest.mark.parametrize("components", [1, 2, 4])
def test_noise_as_a_shader_reads_it(context: Context, components: int) -> None:
    texture = Texture(name="t", content=Content.NOISE, size=64, components=components)
    body = "color = texelFetch(t, ivec2(gl_FragCoord.xy), 0);"
    seen = _drawn(context, body, "sampler2D", texture)[::-1]
    expected = noise(64 * 64 * components).reshape(64, 64, components)
    for moved, source in ((1, 0), (3, 2)):  # shifted copies, so that one sample returns two slices
        if moved < components:
            expected[..., moved] = np.roll(expected[..., source], (37, -17), (1, 0))
    expected = expected[:36]
    np.testing.assert_array_equal(seen[..., :components], expected)
    assert components == 4 or (seen[..., 3] == 255).all()


def test_a_volume(context: Context) -> None:
    texture = Texture(name="t", content=Content.VOLUME, size=32, components=4)
    near = Channel(uniform="t", source="t", filter=Filter.NEAREST)
    body = "color = texture(t, vec3(gl_FragCoord.xy / 32.0, 5.5 / 32.0));"
    seen = _drawn(context, body, "sampler3D", texture, near)[::-1]
    expected = noise(32**3 * 4).reshape(32, 32, 32, 4)[5]
    np.testing.assert_array_equal(seen[:32, :32], expected)


def test_no_key_is_pressed(context: Context) -> None:
    texture = Texture(name="t", content=Content.ZEROS)
    body = """color = gl_FragCoord.x < 1.0 ? vec4(textureSize(t, 0) - 1, 0, 255) / 255.0
        : texture(t, gl_FragCoord.xy / vec2(64.0, 36.0));"""
    seen = _drawn(context, body, "sampler2D", texture)
    assert seen[0, 0].tolist() == [255, 2, 0, 255]
    assert (seen[:, 1:] == [0, 0, 0, 255]).all()


def test_the_audio_as_in_shadertoy(context: Context) -> None:
    texture = Texture(name="t", content=Content.AUDIO)
    body = """ivec2 at = ivec2(gl_FragCoord.xy);
        color = texelFetch(t, ivec2(at.x + 64 * (at.y / 4), at.y % 2), 0);
        if (at.y >= 32) color = vec4(texture(t, vec2(0.5, at.x < 32 ? 0.25 : 0.75)).r,
            vec2(textureSize(t, 0) - 1) / 511.0, 1.0);"""
    seen = _drawn(context, body, "sampler2D", texture)[::-1]
    tune = default_media.DefaultAudio()
    spectrum, wave = tune.spectrum(42)[:512], tune.wave(42, 2048)[:512]
    np.testing.assert_array_equal(seen[0:32:4, :, 0].reshape(-1), spectrum)
    np.testing.assert_array_equal(seen[1:32:4, :, 0].reshape(-1), wave)
    assert (seen[:32, :, 1:] == [0, 0, 255]).all()
    assert seen[35, 0, 0] == pytest.approx(spectrum[255:257].mean(), abs=1)
    assert seen[35, 63].tolist() == [pytest.approx(wave[255:257].mean(), abs=1), 255, 0, 255]


def _file(folder: Path, name: str, pixels: NDArray[np.uint8]) -> Path:
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def test_an_image_file_is_upright_and_keeps_its_alpha(context: Context, tmp_path: Path) -> None:
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[0] = [(255, 0, 0, 255), (200, 100, 50, 128), (9, 8, 7, 0)]
    pixels[1] = [(0, 0, 255, 255), (0, 255, 0, 1), (255, 255, 255, 77)]
    paths = {"folder/picture.png": _file(tmp_path, "p.png", pixels)}
    texture = Texture(name="t", content=Content.IMAGE, files=("folder/picture.png",))
    body = "color = texelFetch(t, min(ivec2(gl_FragCoord.xy), ivec2(2, 1)), 0);"
    seen = _drawn(context, body, "sampler2D", texture, paths=paths)
    np.testing.assert_array_equal(seen[34:, :3], pixels)


def test_files_that_are_not_images(context: Context, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    for paths, message in (({}, "does not exist"), ({"a.png": tmp_path / "text"}, "be read"),
                         ({"a.png": tmp_path / "none"}, "be read")):  # fmt: skip
        effect = make_effect(textures=(Texture(name="t", content=Content.IMAGE, files=("a.png",)),))
        with pytest.raises(ToqiboxError) as caught:
            _views(context, effect, paths)
        assert caught.value.code == "shader_rejected"
        assert message in (caught.value.detail or "")
        assert caught.value.diagnostics is not None
        assert "a.png" in caught.value.diagnostics[0]["message"]


@pytest.mark.parametrize(
    "texture",
    [
        Texture(name="t", content=Content.NOISE, size=1024, components=4),
        Texture(name="t", content=Content.VOLUME, size=128, components=1),
        Texture(name="t", content=Content.NOISE, size=0),
        Texture(name="t", content=Content.VOLUME, size=4, components=5),
    ],
)
def test_invalid_textures(context: Context, texture: Texture) -> None:
    with pytest.raises(ToqiboxError) as caught:
        _views(context, make_effect(textures=(texture,)))
    assert caught.value.code == "shader_rejected"
    assert caught.value.detail is not None
    assert "MiB" in caught.value.detail or "invalid size" in caught.value.detail


_LOOK = """vec2 way = gl_FragCoord.xy / vec2(64.0, 36.0) * 2.0 - 1.0;
    color = texture(t, vec3({}));"""


@pytest.mark.parametrize(
    ("way", "face"),
    [
        ("1.0, way.y, -way.x", 0),
        ("-1.0, way.y, way.x", 1),
        ("way.x, 1.0, -way.y", 2),
        ("way.x, -1.0, way.y", 3),
        ("way, 1.0", 4),
        ("-way.x, way.y, -1.0", 5),
    ],
)
def test_faces_of_files_are_upright_from_inside(
    context: Context, tmp_path: Path, way: str, face: int
) -> None:
    files = {}
    for index in range(6):
        pixels = np.full((4, 4, 4), 40 * index, np.uint8)
        pixels[..., 3] = 255
        pixels[:2, :2, 0] = 255  # the upper left
        files[f"{index}.png"] = _file(tmp_path, f"{index}.png", pixels)
    texture = Texture(name="t", content=Content.CUBE, files=tuple(files))
    near = Channel(uniform="t", source="t", filter=Filter.NEAREST)
    body = _LOOK.format(way)
    seen = _drawn(context, body, "samplerCube", texture, near, paths=files)
    assert (seen[..., 1] == 40 * face).all()
    assert (seen[:18, :32, 0] == 255).all()
    assert (seen[:, 32:, 0] == 40 * face).all()
    assert (seen[18:, :, 0] == 40 * face).all()


def test_the_photo_around(context: Context) -> None:
    """Of 20 x 10 the central square, upright ahead and behind."""
    texture = Texture(name="t", content=Content.CUBE)
    near = Channel(uniform="t", source="t", filter=Filter.NEAREST)
    for way in ("way, 1.0", "-way.x, way.y, -1.0", "1.0, way.y, -way.x"):
        seen = _drawn(context, _LOOK.format(way), "samplerCube", texture, near)
        corners = [seen[y, x].tolist() for y in (1, 34) for x in (1, 62)]
        assert corners == [list(color) for color in (RED, GREEN, BLUE, WHITE)]
