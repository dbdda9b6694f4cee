"""The photo, how it is fitted, chains, and the sound as a picture."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.effect import Input, Kind
from server.effects.model.input import Scale
from server.errors import ToqiboxError
from server.render.gl.context import Context
from server.render.output.composite import Composite
from server.render.textures.audio import AudioInputTexture
from server.render.textures.image import PhotoTexture
from server.render.textures.photo_fit import FITS, fit, place_photo
from tests.render.drawing import SIZE, flat, isf, paint, quarters, ready, rows, save_photo

RED, GREEN, BLUE, WHITE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255,) * 4


def _photo(context: Context, folder: Path, pixels: NDArray[np.uint8]) -> PhotoTexture:
    return PhotoTexture.load(context, save_photo(folder / "photo", pixels))


@pytest.mark.parametrize("mode", FITS)
@pytest.mark.parametrize("shape", [(128, 72), (64, 36), (16, 9), (320, 180)])
def test_a_photo_of_the_same_shape_fills_the_frame_upright(
    context: Context, tmp_path: Path, mode: str, shape: tuple[int, int]
) -> None:
    photo = _photo(context, tmp_path, quarters(shape[0], shape[1] // 2 * 2))
    fitted = rows(fit(context, photo, SIZE, mode))
    assert [fitted[y, x].tolist() for y in (4, 31) for x in (5, 58)] == [
        list(color) for color in (RED, GREEN, BLUE, WHITE)
    ]


@pytest.mark.parametrize(
    ("photo", "frame", "cover", "expected"),
    [
        ((100, 100), (64, 36), False, (14, 0, 36, 36)),
        ((100, 100), (64, 36), True, (0, -14, 64, 64)),
        ((1, 1), (64, 36), False, (14, 0, 36, 36)),
        ((3, 4096), (64, 36), False, (31, 0, 1, 36)),
        ((4096, 2731), (1280, 720), False, (100, 0, 1080, 720)),
        ((4096, 2304), (1280, 720), False, (0, 0, 1280, 720)),
    ],
)
def test_where_a_photo_is_placed(
    photo: tuple[int, int], frame: tuple[int, int], cover: bool, expected: tuple[int, ...]
) -> None:
    where = place_photo(photo, frame, cover=cover)
    assert (where.left, where.bottom, where.width, where.height) == expected


def _disc(side: int) -> NDArray[np.uint8]:
    """A white disc on grey, as wide as it is high."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    pixels = np.full((side, side, 4), 100, np.uint8)
    pixels[np.hypot(x, y) < side * 0.4] = 255
    pixels[..., 3] = 255
    return pixels


@pytest.mark.parametrize("mode", FITS)
@pytest.mark.parametrize("frame", [(64, 36), (36, 64), (36, 36)])
@pytest.mark.parametrize("side", [20, 36, 150])
def test_a_disc_stays_a_disc(
    context: Context, tmp_path: Path, mode: str, frame: tuple[int, int], side: int
) -> None:
    fitted = rows(fit(context, _photo(context, tmp_path, _disc(side)), frame, mode))
    where = place_photo((side, side), frame, cover=mode == "cover")
    left, bottom = max(where.left, 0), max(where.bottom, 0)
    disc = fitted[bottom : bottom + where.height, left : left + where.width, 1] > 178
    across, up = disc.any(axis=0).sum(), disc.any(axis=1).sum()
    wanted = 0.8 * (max(frame) if mode == "cover" else min(frame))
    assert across == pytest.approx(min(wanted, frame[0]), abs=1.5)
    assert up == pytest.approx(min(wanted, frame[1]), abs=1.5)
    assert (fitted[..., 3] == 255).all()


def test_what_surrounds_the_photo(context: Context, tmp_path: Path) -> None:
    photo = _photo(context, tmp_path, quarters(36, 36))
    contained = rows(fit(context, photo, SIZE, "contain"))
    assert (contained[:, :14] == [0, 0, 0, 255]).all()
    assert (contained[:, 50:] == [0, 0, 0, 255]).all()
    blurred = rows(fit(context, photo, SIZE, "blur"))
    assert (blurred[:, 16:48] == contained[:, 16:48]).all()
    # A copy, blurred and darker, in the photo's shadow: red is up on the left, blue below it.
    around = blurred[:, :14, :3]
    assert (around[4, :, 0] > 2 * around[4, :, 2]).all()
    assert (around[31, :, 2] > 2 * around[31, :, 0]).all()
    assert around[4, 4:9, 0].max() < contained[4, 14, 0]
    assert around[4, 13, 0] < 0.7 * around[4, 8, 0]
    assert np.abs(np.diff(around[:, 0, 0])).max() < 30


def test_the_edge_of_the_photo_is_soft_within_it_and_shaded_outside(
    context: Context, tmp_path: Path
) -> None:
    photo = _photo(context, tmp_path, flat((200, 100, 50, 255), (90, 90)))
    fitted = rows(fit(context, photo, (160, 90), "blur"))[45, :, 0]
    assert (fitted[38:122] == 200).all()
    assert (np.diff(fitted[34:38]) > 0).all()
    assert max(fitted[34], fitted[125]) < fitted[10] < 150


def test_a_larger_copy_is_seen_far_from_the_photo(context: Context, tmp_path: Path) -> None:
    pixels = flat((0, 0, 0, 255), (64, 64))
    pixels[:, :24, 0] = 255
    pixels[:, 24:40, 1] = 255
    pixels[:, 40:, 2] = 255
    left, right = np.split(
        rows(fit(context, _photo(context, tmp_path, pixels), (192, 64), "blur"))[32, :, :3], 2
    )
    # In a mirror image the edges of the frame would show the stripe of the other side.
    assert left[:40].argmax(axis=1).tolist() == [0] * 40
    assert right[-40:].argmax(axis=1).tolist() == [2] * 40


@pytest.mark.parametrize(
    ("photo", "frame", "cropped"),
    [
        ((160, 100), (64, 36), True),  # a ratio of 1.11
        ((30, 20), (64, 36), True),  # of 1.185
        ((40, 30), (64, 36), True),  # of 1.333
        ((27, 20), (64, 36), True),
        ((26, 20), (64, 36), False),  # of 1.37
        ((30, 30), (36, 36), True),
        ((32, 40), (36, 36), True),
        ((10, 16), (36, 64), True),
        ((2, 3), (36, 36), False),
    ],
)
def test_a_photo_of_nearly_the_frame_s_shape_fills_it(
    context: Context,
    tmp_path: Path,
    photo: tuple[int, int],
    frame: tuple[int, int],
    cropped: bool,
) -> None:
    # The photo is red up on the left and white below on the right: what the corners show is sharp.
    shown = _photo(context, tmp_path, quarters(*photo))
    blurred, filled = (rows(fit(context, shown, frame, mode)) for mode in ("blur", "cover"))
    corners = (
        blurred[[0, 0, -1, -1], [0, -1, 0, -1]] == filled[[0, 0, -1, -1], [0, -1, 0, -1]]
    ).all()
    assert corners == cropped


def test_less_is_cut_off_above_than_below(context: Context, tmp_path: Path) -> None:
    pixels = flat((0, 0, 0, 255), (40, 50))
    pixels[:4], pixels[-4:] = 255, 255
    fitted = rows(fit(context, _photo(context, tmp_path, pixels), (40, 40), "blur"))[..., 0]
    assert fitted[0].min() > 200
    assert fitted[-1].max() < 50


@pytest.mark.parametrize("mode", FITS)
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (5, 7)])
def test_any_size_of_photo_keeps_its_colour(
    context: Context, tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    photo = _photo(context, tmp_path, flat((200, 100, 50, 255), size))
    fitted = rows(fit(context, photo, SIZE, mode))
    assert np.abs(fitted[18, 31] - [200, 100, 50, 255]).max() <= 1


def test_an_unknown_fit_is_refused(context: Context, tmp_path: Path) -> None:
    photo = _photo(context, tmp_path, quarters(4, 4))
    with pytest.raises(ToqiboxError) as caught:
        fit(context, photo, SIZE, "stretch")
    assert caught.value.field == "fit"


def test_the_photo_input_is_the_photo_itself(context: Context, tmp_path: Path) -> None:
    photo = _photo(context, tmp_path, quarters(20, 50))
    effect = isf(
        """void main() {
            if (isf_FragNormCoord.x < 0.1) gl_FragColor = vec4(IMG_SIZE(photo) / 255.0, 0.0, 1.0);
            else gl_FragColor = IMG_NORM_PIXEL(photo, isf_FragNormCoord);
        }""",
        '{"INPUTS": [{"NAME": "photo", "TYPE": "image"}]}',
    )
    passes = ready(context, effect, pictures={"photo": photo})
    passes.draw(0)
    drawn = rows(passes.output)
    assert drawn[0, 0].tolist() == [20, 50, 0, 255]
    assert [drawn[y, x].tolist() for y in (8, 27) for x in (16, 48)] == [
        list(color) for color in (RED, GREEN, BLUE, WHITE)
    ]


def test_a_small_copy_of_the_photo_is_smooth(context: Context, tmp_path: Path) -> None:
    stripes = np.zeros((128, 128, 4), np.uint8)
    stripes[:, ::2] = 255
    photo = _photo(context, tmp_path, stripes)
    effect = isf(
        "void main() { gl_FragColor = IMG_NORM_PIXEL(photo, isf_FragNormCoord * 0.99); }",
        '{"INPUTS": [{"NAME": "photo", "TYPE": "image"}]}',
    )
    passes = ready(context, effect, pictures={"photo": photo})
    passes.draw(0)
    assert np.abs(rows(passes.output)[..., 0] - 127.5).max() < 8


def test_composite_is_by_straight_alpha(context: Context) -> None:
    above = flat((200, 0, 100, 0))
    above[:, 20:] = (200, 0, 100, 128)
    above[:, 40:] = (200, 0, 100, 255)
    below = paint(context, flat((0, 100, 50, 255)))
    composite = Composite(context, SIZE, paint(context, above), below)
    composite.draw()
    drawn = rows(composite.output)
    assert drawn[9, 0].tolist() == [0, 100, 50, 255]
    assert drawn[9, 30].tolist() == [100, 50, 75, 255]
    assert drawn[9, 63].tolist() == [200, 0, 100, 255]
    draw_count = context.draw_count
    composite.draw()
    assert context.draw_count == draw_count


class Tones:
    """A sound whose samples and levels can be told apart; step 1 is the first with sound."""

    def step(self, frame: int, fps: int) -> int:
        return frame * 60 // fps

    def waveform(self, step: int, n: int, channel: int) -> NDArray[np.float32]:
        ramp = np.arange(n, dtype=np.float32) / n
        samples = ramp if channel == 0 else np.full(n, -0.5, np.float32)
        return (samples * min(step, 1)).astype(np.float32)

    def wave(self, step: int, n: int) -> NDArray[np.uint8]:
        return (np.arange(n) // 8).astype(np.uint8)

    def spectrum(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        levels = np.arange(1024) // 4 if channel == 0 else np.full(1024, 51)
        return (levels * min(step, 1)).astype(np.uint8)

    def levels(self, step: int, channel: int | None) -> NDArray[np.uint8]:
        levels = 2 * np.arange(96) if channel == 0 else np.full(96, 102)
        return (levels * min(step, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "width", "size", "left", "right"),
    [
        (Kind.AUDIO, None, 2048, [0.5, 0.75, 0.9998], [0.25, 0.25, 0.25]),
        (Kind.AUDIO, 1, 1, [0.7885], [0.75]),
        (Kind.AUDIO_FFT, None, 1024, [0, 0.502, 1.0], [0.2, 0.2, 0.2]),
        (Kind.AUDIO_FFT, 4, 4, [31.5 / 255, 159.5 / 255, 223.5 / 255], [0.2, 0.2, 0.2]),
    ],
)
def test_sound_as_a_picture(
    context: Context, kind: Kind, width: int, size: int, left: list[float], right: list[float]
) -> None:
    item = Input(name="sound", uniform="sound", kind=kind, label="", width=width)
    sound = AudioInputTexture(context, item, Tones(), 60)
    assert sound.texture.size == (size, 2)
    sound.update(1)
    texels = np.frombuffer(sound.texture.read(), np.float32).reshape(2, size)
    chosen = [0, size // 2, size - 1][: len(left)]
    np.testing.assert_allclose(texels[0, chosen], left, atol=1e-3)
    np.testing.assert_allclose(texels[1, chosen], right, atol=1e-3)


@pytest.mark.parametrize(
    ("width", "size", "left"),
    [(None, 96, [0, 96 / 255, 190 / 255]), (3, 3, [31 / 255, 95 / 255, 159 / 255]), (400, 96, [0])],
)
def test_the_spectrum_on_the_scale_of_the_track(
    context: Context, width: int | None, size: int, left: list[float]
) -> None:
    item = Input(
        name="sound", uniform="sound", kind=Kind.AUDIO_FFT, label="", width=width, scale=Scale.TRACK
    )
    sound = AudioInputTexture(context, item, Tones(), 60)
    assert sound.texture.size == (size, 2)
    sound.update(1)
    texels = np.frombuffer(sound.texture.read(), np.float32).reshape(2, size)
    chosen = [0, size // 2, size - 1][: len(left)]
    np.testing.assert_allclose(texels[0, chosen], left, atol=1e-6)
    np.testing.assert_allclose(texels[1], 0.4, atol=1e-6)


def test_the_sound_is_uploaded_once_a_step_and_is_grey(context: Context) -> None:
    effect = isf(
        "void main() { gl_FragColor = IMG_NORM_PIXEL(fft, vec2(0.5, 0.75)); }",
        '{"INPUTS": [{"NAME": "fft", "TYPE": "audioFFT"}]}',
    )
    sound = AudioInputTexture(context, effect.inputs[0], Tones(), 60)
    passes = ready(context, effect, pictures={"fft": sound})
    for frame, expected, draw_count in ((0, 0, 1), (1, 51, 2), (1, 51, 2)):
        sound.update(frame)
        passes.draw(frame)
        assert rows(passes.output)[0, 0].tolist() == [expected] * 3 + [255]
        assert context.draw_count == draw_count
