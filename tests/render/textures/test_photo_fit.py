"""Image inputs: the photo, its fit to the frame, and chains."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.errors import ToqiboxError
from server.protocol.scene import FITS
from server.render.gl.context import Context
from server.render.output.composite import Composite
from server.render.textures.image import PhotoTexture
from server.render.textures.photo_fit import fit, place_photo
from tests.render.drawing import (
    SIZE,
    flat,
    isf,
    make_renderer,
    paint,
    quarters,
    read_pixels,
    save_photo,
)

RED, GREEN, BLUE, WHITE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255,) * 4


def _photo(context: Context, folder: Path, pixels: NDArray[np.uint8]) -> PhotoTexture:
    return PhotoTexture.load(context, save_photo(folder / "photo", pixels))


@pytest.mark.parametrize("mode", FITS)
@pytest.mark.parametrize("shape", [(128, 72), (64, 36), (16, 9), (320, 180)])
def test_a_photo_of_the_same_shape_fills_the_frame_upright(
    context: Context, tmp_path: Path, mode: str, shape: tuple[int, int]
) -> None:
    photo = _photo(context, tmp_path, quarters(shape[0], shape[1] // 2 * 2))
    fitted = read_pixels(fit(context, photo, SIZE, mode))
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
    """Return a white disc on grey, as wide as it is high."""
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
    fitted = read_pixels(fit(context, _photo(context, tmp_path, _disc(side)), frame, mode))
    where = place_photo((side, side), frame, cover=mode == "cover")
    left, bottom = max(where.left, 0), max(where.bottom, 0)
    disc = fitted[bottom : bottom + where.height, left : left + where.width, 1] > 178
    across, up = disc.any(axis=0).sum(), disc.any(axis=1).sum()
    wanted = 0.8 * (max(frame) if mode == "cover" else min(frame))
    assert across == pytest.approx(min(wanted, frame[0]), abs=1.5)
    assert up == pytest.approx(min(wanted, frame[1]), abs=1.5)
    assert (fitted[..., 3] == 255).all()


def test_the_area_around_the_photo(context: Context, tmp_path: Path) -> None:
    photo = _photo(context, tmp_path, quarters(36, 36))
    contained = read_pixels(fit(context, photo, SIZE, "contain"))
    assert (contained[:, :14] == [0, 0, 0, 255]).all()
    assert (contained[:, 50:] == [0, 0, 0, 255]).all()
    blurred = read_pixels(fit(context, photo, SIZE, "blur"))
    assert (blurred[:, 14:50] == contained[:, 14:50]).all()
    # A blurred copy that becomes darker: red upper left, blue below it.
    around = blurred[:, :14, :3]
    assert (around[4, :, 0] > 2 * around[4, :, 2]).all()
    assert (around[31, :, 2] > 2 * around[31, :, 0]).all()
    assert around[4, 0, 0] < 0.8 * contained[4, 14, 0]
    assert np.abs(np.diff(around[:, 0, 0])).max() < 30


def test_the_photo_goes_over_into_its_surroundings_without_an_edge(
    context: Context, tmp_path: Path
) -> None:
    photo = _photo(context, tmp_path, flat((200, 100, 50, 255), (90, 90)))
    fitted = read_pixels(fit(context, photo, (160, 90), "blur"))[45, :, 0].astype(int)
    assert (fitted[35:125] == 200).all()
    assert (np.diff(fitted[:36]) >= -1).all(), "it is darker only with the distance"
    assert np.abs(np.diff(fitted)).max() <= 8
    assert 110 < fitted[0] < 150


def test_far_from_the_photo_the_enlarged_copy_is_visible(context: Context, tmp_path: Path) -> None:
    pixels = flat((0, 0, 0, 255), (64, 64))
    pixels[:, :24, 0] = 255
    pixels[:, 24:40, 1] = 255
    pixels[:, 40:, 2] = 255
    left, right = np.split(
        read_pixels(fit(context, _photo(context, tmp_path, pixels), (192, 64), "blur"))[32, :, :3],
        2,
    )
    # A mirrored copy would show the stripe of the opposite side at the frame's edges.
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
    # The photo is red upper left and white lower right, so that the corners show sharpness.
    shown = _photo(context, tmp_path, quarters(*photo))
    blurred, filled = (read_pixels(fit(context, shown, frame, mode)) for mode in ("blur", "cover"))
    corners = (
        blurred[[0, 0, -1, -1], [0, -1, 0, -1]] == filled[[0, 0, -1, -1], [0, -1, 0, -1]]
    ).all()
    assert corners == cropped


def test_less_is_cropped_at_the_top_than_at_the_bottom(context: Context, tmp_path: Path) -> None:
    pixels = flat((0, 0, 0, 255), (40, 50))
    pixels[:4], pixels[-4:] = 255, 255
    fitted = read_pixels(fit(context, _photo(context, tmp_path, pixels), (40, 40), "blur"))[..., 0]
    assert fitted[0].min() > 200
    assert fitted[-1].max() < 50


@pytest.mark.parametrize("mode", FITS)
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (5, 7)])
def test_any_size_of_photo_keeps_its_colour(
    context: Context, tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    photo = _photo(context, tmp_path, flat((200, 100, 50, 255), size))
    fitted = read_pixels(fit(context, photo, SIZE, mode))
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
    renderer = make_renderer(context, effect, sources={"photo": photo})
    renderer.draw(0)
    drawn = read_pixels(renderer.output)
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
    renderer = make_renderer(context, effect, sources={"photo": photo})
    renderer.draw(0)
    assert np.abs(read_pixels(renderer.output)[..., 0] - 127.5).max() < 8


def test_composite_is_by_straight_alpha(context: Context) -> None:
    above = flat((200, 0, 100, 0))
    above[:, 20:] = (200, 0, 100, 128)
    above[:, 40:] = (200, 0, 100, 255)
    below = paint(context, flat((0, 100, 50, 255)))
    composite = Composite(context, SIZE, paint(context, above), below)
    composite.draw()
    drawn = read_pixels(composite.output)
    assert drawn[9, 0].tolist() == [0, 100, 50, 255]
    assert drawn[9, 30].tolist() == [100, 50, 75, 255]
    assert drawn[9, 63].tolist() == [200, 0, 100, 255]
    draw_count = context.draw_count
    composite.draw()
    assert context.draw_count == draw_count
