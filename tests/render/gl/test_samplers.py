"""Sampling of textures: filters, edges, mipmaps, upside down; in exact pixels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.effect import Channel, Filter, Input, Kind, Target, Wrap
from server.effects.model.modulation import FeatureBinding
from server.errors import ToqiboxError
from server.render.gl.context import Context
from tests.render.drawing import (
    SIZE,
    draw_frame,
    make_effect,
    make_renderer,
    one_pass,
    paint,
    read_pixels,
)

TEXELS = (50, 100, 150, 200)


def _columns(*values: int) -> NDArray[np.uint8]:
    """Return two rows of grey texels."""
    row = np.array([[value, value, value, 255] for value in values], np.uint8)
    return np.stack([row, row])


def _across(context: Context, *channels: Channel) -> NDArray[np.float64]:
    """Return the top row of sampling four texels from u = -1 to 2, by 64 steps of 3/64."""
    body = "color = " + " + ".join(
        f"texture({c.uniform}, vec2(gl_FragCoord.x / 64.0 * 3.0 - 1.0, 0.5))" for c in channels
    )
    declarations = "".join(f"uniform sampler2D {c.uniform};" for c in channels)
    renderer = make_renderer(
        context,
        make_effect(one_pass(body + ";", declarations, *channels)),
        sources={"picture": paint(context, _columns(*TEXELS))},
    )
    return draw_frame(renderer)[0, :, 0]


def _where() -> NDArray[np.float64]:
    """Return the coordinate of each pixel of `_across` in texels, 0 at the centre of the first."""
    return ((np.arange(64) + 0.5) / 64 * 3 - 1) * 4 - 0.5


def _folded(index: NDArray[np.int64], wrap: Wrap) -> NDArray[np.int64]:
    if wrap is Wrap.CLAMP:
        return index.clip(0, 3)
    if wrap is Wrap.REPEAT:
        return index % 4
    return np.where(index % 8 < 4, index % 8, 7 - index % 8)


@pytest.mark.parametrize("wrap", list(Wrap))
@pytest.mark.parametrize("filtering", [Filter.NEAREST, Filter.LINEAR])
def test_filters_and_edges(context: Context, filtering: Filter, wrap: Wrap) -> None:
    channel = Channel(uniform="s", source="picture", filter=filtering, wrap=wrap)
    seen = _across(context, channel)
    texels, at = np.array(TEXELS, float), _where()
    if filtering is Filter.NEAREST:
        expected = texels[_folded(np.floor(at + 0.5).astype(int), wrap)]
        np.testing.assert_array_equal(seen, expected)
        return
    left = np.floor(at).astype(int)
    low, high = texels[_folded(left, wrap)], texels[_folded(left + 1, wrap)]
    np.testing.assert_allclose(seen, low + (high - low) * (at - left), atol=1)


def test_one_texture_in_several_ways_at_once(context: Context) -> None:
    near = Channel(uniform="a", source="picture", filter=Filter.NEAREST)
    repeated = Channel(uniform="b", source="picture", filter=Filter.NEAREST, wrap=Wrap.REPEAT)
    both = _across(context, near, repeated)
    alone = _across(context, near) + _across(context, repeated)
    np.testing.assert_array_equal(both, alone.clip(0, 255))


def test_without_a_channel_it_is_linear_and_clamped(context: Context) -> None:
    plain = Channel(uniform="picture", source="picture")
    declared = _across(context, plain)
    body = "color = texture(picture, vec2(gl_FragCoord.x / 64.0 * 3.0 - 1.0, 0.5));"
    effect = make_effect(one_pass(body, "uniform sampler2D picture;"))
    sources = {"picture": paint(context, _columns(*TEXELS))}
    np.testing.assert_array_equal(
        draw_frame(make_renderer(context, effect, sources=sources))[0, :, 0], declared
    )


def test_mipmaps_follow_the_source(context: Context) -> None:
    channel = Channel(uniform="s", source="picture", filter=Filter.MIPMAP)
    body = "color = textureLod(s, vec2(0.5), gl_FragCoord.x < 32.0 ? 3.0 : 0.0);"
    picture = paint(context, np.full((8, 8, 4), 100, np.uint8))
    effect = make_effect(one_pass(body, "uniform sampler2D s;", channel))
    renderer = make_renderer(context, effect, sources={"picture": picture})
    assert draw_frame(renderer)[0, [0, 63], 0].tolist() == [100, 100]
    half = np.full((8, 8, 4), 40, np.uint8)
    half[:4] = 120
    picture.write(half.tobytes())
    assert draw_frame(renderer)[0, [0, 63], 0].tolist() == [80, 80]
    draw_count = context.draw_count
    renderer.draw(1)
    assert context.draw_count == draw_count


def test_mipmaps_of_a_target_follow_each_draw(context: Context) -> None:
    mean = Channel(uniform="s", source="t", filter=Filter.MIPMAP)
    renderer = make_renderer(
        context,
        make_effect(
            one_pass(
                "color = vec4(gl_FragCoord.x < 8.0 ? n / 20.0 : 0.0);", "uniform float n;",
                target="t",
            ),
            one_pass("color = textureLod(s, vec2(0.5), 4.0);", "uniform sampler2D s;", mean),
            targets=(Target(name="t", width="16", height="16"),),
            inputs=(_level("n"),),
        ),
    )  # fmt: skip
    for frame in (4, 8, 8):
        assert draw_frame(renderer, frame)[0, 0, 0] == pytest.approx(
            255 * frame / 20 / 20 / 2, abs=1
        )
    assert context.draw_count == 4


def test_mipmaps_of_a_target_that_reads_itself(context: Context) -> None:
    own = Channel(uniform="s", source="t", filter=Filter.MIPMAP)
    body = "color = textureLod(s, vec2(0.5), 4.0) * 2.0 + vec4(gl_FragCoord.x < 8.0 ? 1.0 : 0.0);"
    renderer = make_renderer(
        context,
        make_effect(
            one_pass(body, "uniform sampler2D s;", own, target="t"),
            one_pass("color = textureLod(t, vec2(0.9), 0.0) / 32.0;", "uniform sampler2D t;"),
            targets=(Target(name="t", width="16", height="16", persistent=True, floating=True),),
        ),
    )
    renderer.begin(0)
    # The mean of the content before: 0, then 1/2, then 2 * 1/2 + 1/2, then 2 * 3/2 + 1/2.
    seen = [draw_frame(renderer, frame)[0, 0, 0] for frame in range(4)]
    assert seen == [0, 8, 24, 56]


def _level(name: str) -> Input:
    return Input(
        name=name,
        uniform=name,
        kind=Kind.FLOAT,
        label="",
        modulation=FeatureBinding(feature="level"),
    )


def test_a_flipped_copy_is_upside_down_and_follows_its_source(context: Context) -> None:
    steps = np.arange(36, dtype=np.uint8).repeat(64 * 4).reshape(36, 64, 4)
    picture = paint(context, steps)
    flipped = Channel(uniform="s", source="picture", filter=Filter.NEAREST, flipped=True)
    plain = Channel(uniform="p", source="picture", filter=Filter.NEAREST)
    body = """ivec2 at = ivec2(gl_FragCoord.xy);
        color.rg = vec2(texelFetch(s, at, 0).r, texelFetch(p, at, 0).r);
        color.ba = vec2(textureSize(s, 0)) / 255.0;"""
    declarations = "uniform sampler2D s, p;"
    renderer = make_renderer(
        context,
        make_effect(one_pass(body, declarations, flipped, plain)),
        sources={"picture": picture},
    )
    seen = draw_frame(renderer)
    assert seen[:, 3, 0].tolist() == list(range(35, -1, -1))
    assert seen[:, 3, 1].tolist() == list(range(36))
    assert seen[0, 0, 2:].tolist() == list(SIZE)
    picture.write(steps.tobytes())  # this flips its rows
    assert draw_frame(renderer)[:, 3, 0].tolist() == list(range(36))
    draw_count = context.draw_count
    renderer.draw(1)
    assert context.draw_count == draw_count


def test_a_flipped_target_of_floats_keeps_them(context: Context) -> None:
    flipped = Channel(uniform="s", source="t", flipped=True)
    renderer = make_renderer(
        context,
        make_effect(
            one_pass("color = vec4(gl_FragCoord.y * 10.0);", "", target="t"),
            one_pass("color = texelFetch(s, ivec2(gl_FragCoord.xy), 0) / 1000.0;",
                     "uniform sampler2D s;", flipped),
            targets=(Target(name="t", floating=True),),
        ),
    )  # fmt: skip
    expected = np.round((np.arange(36) + 0.5) * 10 / 1000 * 255)
    np.testing.assert_allclose(draw_frame(renderer)[:, 0, 0], expected, atol=1)


def test_a_channel_of_the_same_name_in_each_pass(context: Context) -> None:
    """One name is a different texture in the next pass, as with Shadertoy's channels."""
    renderer = make_renderer(
        context,
        make_effect(
            one_pass("color = texelFetch(iChannel0, ivec2(0), 0) + vec4(0.2);",
                     "uniform sampler2D iChannel0;",
                     Channel(uniform="iChannel0", source="picture"), target="a"),
            one_pass("color = texelFetch(iChannel0, ivec2(0), 0) * 2.0;",
                     "uniform sampler2D iChannel0;", Channel(uniform="iChannel0", source="a")),
            targets=(Target(name="a"),),
        ),
        sources={"picture": paint(context, np.full((2, 2, 4), 51, np.uint8))},
    )  # fmt: skip
    assert draw_frame(renderer)[0, 0].tolist() == [204] * 4


def test_more_textures_than_units(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "max_texture_units", 2)
    picture = paint(context, np.full((2, 2, 4), 51, np.uint8))
    body = "color = " + " + ".join(f"texture(s{i}, vec2(0.5))" for i in range(3)) + ";"
    declarations = "uniform sampler2D s0, s1, s2;"
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(
            context,
            make_effect(one_pass(body, declarations)),
            sources={f"s{i}": picture for i in range(3)},
        )
    assert caught.value.diagnostics is not None
    assert "3 textures at once: at most 2 are allowed" in caught.value.diagnostics[0]["message"]
    assert read_pixels(picture).shape == (2, 2, 4)


def test_a_sampler_whose_type_does_not_match_its_texture(context: Context) -> None:
    picture = paint(context, np.full((2, 2, 4), 51, np.uint8))
    effect = make_effect(one_pass("color = texture(s, vec3(1.0));", "uniform samplerCube s;"))
    with pytest.raises(ToqiboxError) as caught:
        make_renderer(context, effect, sources={"s": picture})
    assert caught.value.diagnostics is not None
    assert "the type of the sampler s does not match" in caught.value.diagnostics[0]["message"]
