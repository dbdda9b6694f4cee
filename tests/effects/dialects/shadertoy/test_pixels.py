"""Shadertoy's passes, channels and uniforms, each with a shader of known pixels."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.protocol.scene import SceneSpec
from server.render import default_media
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from server.render.textures.audio import SAMPLES, TEXELS
from server.render.textures.builtin import noise
from tests.harness.rendering import effect_of
from tests.render.drawing import save_photo

SHADERS = Path(__file__).parents[3] / "data" / "features" / "shadertoy"
WIDTH, HEIGHT = 64, 32
FPS, FRAMES = 10, 20

Pixels = NDArray[np.uint8]
"""Height by width by RGBA, the top row first."""


@pytest.fixture(scope="module")
def above(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a photo of four colours whose mean is (60, 60, 60)."""
    pixels = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    pixels[:16, :32, :3], pixels[:16, 32:, :3] = (200, 0, 0), (0, 200, 0)
    pixels[16:, :32, :3], pixels[16:, 32:, :3] = (0, 0, 200), (40, 40, 40)
    return save_photo(tmp_path_factory.mktemp("photo") / "photo.rgba", pixels)


class Shown:
    """A sequence of frames of a shader."""

    def __init__(self, context: Context, above: Path, *names: str) -> None:
        chain = [effect_of((SHADERS / name).read_text(), file=name) for name in names]
        self._job = SceneSpec(
            effects=tuple(chain),
            photo=above,
            features=None,
            size=(WIDTH, HEIGHT),
            fps=FPS,
            frames=FRAMES,
            fit="cover",
            egl_device=None,
            require_gpu=False,
        )
        self._context = context
        self._scene = Scene(context, self._job)
        self.sequential = self._scene.sequential
        self._next = 0
        self._scene.begin(0)

    def frame(self, frame: int) -> Pixels:
        """Return that frame; frames must be requested in order."""
        for index in range(self._next if self.sequential else frame, frame + 1):
            self._scene.draw_effects(index)
        self._next = frame + 1
        self._context.check("the test")
        return read_rgba(self._scene.output)


def same(pixels: Pixels, color: tuple[int, int, int]) -> bool:
    """Report if all pixels have that colour and are opaque."""
    return bool((pixels == (*color, 255)).all())


@pytest.mark.parametrize("frame", [0, 1, 5])
def test_a_buffer_reads_itself_and_later_ones_a_frame_late(
    gl: Context, above: Path, frame: int
) -> None:
    shown = Shown(gl, above, "buffers.glsl")
    pixels = shown.frame(frame)
    assert shown.sequential
    assert same(pixels[:, :32], (frame + 1, 10 * frame, 10 * (frame + 1)))
    assert same(pixels[:, 33:], (51 if frame else 0, 51, 0)), "a buffer keeps its alpha"


def test_the_picture_is_opaque_and_starts_black(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "unwritten.glsl").frame(0)
    assert same(pixels[:, :32], (153, 0, 0))
    assert same(pixels[:, 33:], (153, 61, 0))


def test_a_buffer_that_only_later_passes_read_is_not_kept(gl: Context, above: Path) -> None:
    assert not Shown(gl, above, "samplers.glsl").sequential


def test_filters_and_edges(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "samplers.glsl").frame(0)
    columns = [int(column) for column in pixels[7, ::8, 0]]
    nearest, linear, mipmap, base = 204, 102, 102, 204
    repeat, clamp, mirror, between = 8, 252, 244, 8
    assert columns == [nearest, linear, mipmap, base, repeat, clamp, mirror, between]
    assert same(pixels[:, :8], (204, 204, 204))


def test_images_are_upright_unless_flipped(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "pictures.glsl").frame(0)
    corners = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (40, 40, 40)]
    turned = [(0, 0, 200), (40, 40, 40), (200, 0, 0), (0, 200, 0)]
    for left, wanted in ((0, corners), (16, turned), (48, corners)):
        part = pixels[:, left : left + 16]
        quarters = [part[:15, :7], part[:15, 9:], part[17:, :7], part[17:, 9:]]
        assert [same(*y_row) for y_row in zip(quarters, wanted, strict=True)] == [True] * 4, left
    assert same(pixels[:, 32:40], (100, 0, 100))
    assert same(pixels[:, 41:48], (20, 120, 20))


def test_uniforms(gl: Context, above: Path) -> None:
    frame = 7
    pixels = Shown(gl, above, "uniforms.glsl").frame(frame)
    wanted = {
        "iTime": 70,
        "iTimeDelta": 10,
        "iFrame": 7,
        "iFrameRate": 10,
        "iMouse": 0,
        "iDate.x": 100,
        "iDate.y": 5,
        "iDate.z": 30,
        "iDate.w": 70,
        "iSampleRate": 100,
        "iResolution.x": 64,
        "iResolution.y": 32,
        "iResolution.z": 50,
        "iChannelResolution[0].x": 64,
        "iChannelResolution[0].y": 32,
        "iChannelResolution[1].x": 128,
        "iChannelResolution[1].y": 18,
        "iChannelResolution[2]": 67,
        "iChannelTime[1]": 70,
        "iChannelTime[0]": 0,
        "iChannel3": 0,
    }
    seen = [int(value) for value in pixels[3, : 2 * len(wanted) : 2, 1]]
    assert dict(zip(wanted, seen, strict=True)) == wanted


def test_no_time_has_passed_before_the_first_frame(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "uniforms.glsl").frame(0)
    assert pixels[0, (0, 2, 4, 6), 0].tolist() == [0, 0, 0, 10]


def test_the_audio_texture_is_the_spectrum_below_the_waveform(gl: Context, above: Path) -> None:
    frame = 3
    pixels = Shown(gl, above, "sound.glsl").frame(frame)
    tune = default_media.DefaultAudio()
    step = tune.step(frame, FPS)
    assert (pixels[:16, :, 0] == tune.wave(step, SAMPLES)[:TEXELS:8]).all()
    assert (pixels[16:, :, 0] == tune.spectrum(step)[:TEXELS:8]).all()
    assert (pixels[..., 1:] == (0, 255, 255)).all()


def test_a_cube_pass_draws_the_given_faces(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "cube.glsl").frame(0)
    for face in range(6):
        axis, sign = face // 2, 1 - 2 * (face % 2)
        others = [other for other in range(3) if other != axis]
        for column, first in ((face * 10 + 2, -1), (face * 10 + 7, 1)):
            for y_row, second in ((24, -1), (7, 1)):
                direction = np.zeros(3)
                direction[axis] = 0.4 * sign
                direction[others] = 0.2 * first, 0.2 * second
                wanted = np.rint((direction + 0.4).clip(0, 1) * 255)
                assert pixels[y_row, column].tolist() == [*wanted, 255], (face, first, second)


def test_noise_is_the_same_everywhere(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "noise.glsl").frame(0)[::-1]
    grains = noise(64 * 64 * 4).reshape(64, 64, 4)
    depth = noise(32**3).reshape(32, 32, 32)[1]
    assert (pixels[..., 0] == grains[:32, :, 0]).all()
    assert (pixels[..., 1] == 204).all(), "green is red moved by (37, -17), round the edges"
    assert (pixels[..., 2] == np.tile(depth, (1, 2))).all()


def test_code_for_other_players_does_no_harm(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "other_players.glsl").frame(4)
    assert same(pixels[:16, :32], (200, 102, 102))
    assert same(pixels[16:, :32], (0, 102, 102))


def test_an_assertion_paints_the_pixel(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "asserted.glsl").frame(0)
    assert same(pixels[:, :16], (255, 0, 0))
    assert same(pixels[:, 17:32], (102, 102, 102))
    assert same(pixels[:, 33:48], (0, 255, 0))
    assert same(pixels[:, 49:], (0, 255, 0)), "the first that fails counts"


def test_an_export_of_the_site(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "export.json").frame(2)[::-1]
    grain = noise(256 * 256)
    assert (pixels[..., 0] == 3).all()
    assert (pixels[:16, :, 1] == np.where(np.arange(64) < 32, 0, 200)).all(), "upside down"
    assert (pixels[..., 2] == 102).all(), f"grey noise has no green, whatever it is {grain[0]}"
    assert (pixels[..., 3] == 255).all()


def test_in_a_chain_the_input_image_is_the_previous_output(gl: Context, above: Path) -> None:
    pixels = Shown(gl, above, "asserted.glsl", "pictures.glsl").frame(0)
    assert same(pixels[:, :4], (255, 0, 0))
    assert same(pixels[:, 5:8], (102, 102, 102))
    assert same(pixels[:15, 49:55], (200, 0, 0)), "the original stays the photo"
