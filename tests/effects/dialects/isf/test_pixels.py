"""The features of an ISF host, file by file in isf/, with exact pixels."""

from pathlib import Path

import pytest

from server.media.photos.photo_palette import photo_palette
from server.render.gl.context import Context
from tests.effects.dialects.pixel_cases import (
    CLEAR,
    SECOND,
    WHITE,
    Case,
    Color,
    ColorByPixel,
    columns,
    files_of,
    photo,
    photo_at,
    photo_pixels,
)
from tests.render.drawing import SIZE

RED, GREEN, BLUE, YELLOW = (
    (255, 0, 0, 255),
    (0, 255, 0, 255),
    (0, 0, 255, 255),
    (255, 255, 0, 255),
)


def whole(color: Color) -> ColorByPixel:
    """Return expected colours of corners and middle."""
    return dict.fromkeys(((0, 0), (63, 0), (0, 35), (63, 35), (32, 18), (31, 17)), color)


def photo_color(name: str) -> Color:
    """Return a colour of the first photo's palette."""
    color = photo_palette(SIZE, photo_pixels().tobytes())[name]
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue, 255


CASES = [
    Case("isf/safe_area.fs", 0, columns(CLEAR, (32, 18, 0, 255))),
    Case("isf/photo_colors.fs", 0, columns(photo_color("vivid"), (51,) * 4, photo_color("light"))),
    Case("isf/photo_colors.fs", 1, {(2, 0): GREEN}, {"given": (0.0, 1.0, 0.0, 1.0)}),
    Case("isf/builtins.fs", 0, columns((64, 36, 1, 255), (0, 0, 0, 255), (10, 1, 1, 0))),
    Case(
        "isf/builtins.fs",
        3,
        {
            **columns((64, 36, 1, 255), (30, 10, 3, 255), (10, 1, 1, 30)),
            **{(3, y): (7, 2 * y + 1, 10, 255) for y in (0, 20, 35)},
            **{(4, y): (9, 2 * y + 1, 0, 255) for y in (0, 20, 35)},
            (5, 9): (1, 1, 0, 255),
        },
    ),
    Case(
        "isf/defaults.fs",
        0,
        columns(
            (0, 255, 0, 255),
            (7, 9, 3, 255),
            (51, 51, 153, 255),
            (0, 0, 64, 36),
            CLEAR,
            (51, 102, 153, 204),
        ),
    ),
    Case("isf/event.fs", 0, whole((0, 0, 1, 0))),
    Case("isf/event.fs", 0, whole((255, 1, 1, 255)), {"go": True}),
    Case("isf/event.fs", 1, whole((0, 1, 1, 0)), {"go": True}),
    Case("isf/event.fs", 5, whole((0, 1, 2, 0)), {"go": True}),
    Case("isf/event.fs", 5, whole((0, 0, 0, 0)), {"beat": False}),
    Case("isf/order.fs", 0, whole((40, 30, 3, 255))),
    Case("isf/order.fs", 2, whole((40, 30, 3, 255))),
    Case("isf/pingpong.fs", 0, whole((0, 0, 1, 2))),
    Case("isf/pingpong.fs", 2, whole((2, 4, 3, 6))),
    Case("isf/temporary.fs", 0, whole((5, 5, 5, 5))),
    Case("isf/temporary.fs", 2, whole((5, 5, 15, 15))),
    Case(
        "isf/sizes.fs",
        0,
        columns((16, 9, 4, 2), (20, 32, 5, 7), (36, 36, 9, 9), (4, 4, 1, 1), (64, 36, 0, 255)),
    ),
    Case("isf/sizes.fs", 0, {(2, 5): (20, 36, 5, 9)}, {"share": 16.0}),
    Case("isf/last_target.fs", 0, {(0, 0): (0, 64, 36, 255), (10, 35): (10, 64, 36, 255)}),
    Case("isf/last_target.fs", 1, {(10, 3): (20, 64, 36, 255), (63, 9): (126, 64, 36, 255)}),
    Case("isf/nowhere.fs", 0, whole((51, 102, 51, 255))),
    Case("isf/floating.fs", 0, {(31, 9): (51, 102, 40, 255), (32, 9): (51, 102, 0, 255)}),
    Case(
        "isf/orientation.fs",
        0,
        {(0, 0): (255, 0, 0, 51), (31, 17): (255, 0, 0, 51), **photo_at((0, 35), (63, 0), (32, 0))},
    ),
    Case(
        "isf/images.fs",
        0,
        {
            **photo_at(*((x, y) for x in range(0, 48, 3) for y in (0, 11, 35))),
            (48, 9): photo(48, 8),
            (55, 10): photo(54, 10),
            (60, 20): (32, 18, 64, 36),
        },
    ),
    Case(
        "isf/imports.fs",
        0,
        {(0, 0): BLUE, (15, 8): BLUE, (63, 0): WHITE, (0, 35): RED, (48, 27): GREEN},
    ),
    Case(
        "isf/imports_array.fs",
        0,
        columns(
            (0, 100, 20, 255),
            (127, 150, 20, 255),
            (0, 100, 20, 255),
            (254, 200, 20, 255),
            (2, 1, 2, 2),
            RED,
        ),
    ),
    Case("isf/cube.fs", 0, columns(RED, GREEN, BLUE, YELLOW, RED, GREEN, BLUE, WHITE, WHITE)),
    Case("isf/cube_input.fs", 0, whole((50, 50, 50, 255))),
    Case(
        "isf/vertex.fs",
        0,
        {
            (15, 9): CLEAR,
            (16, 0): (17, 245, 50, 255),
            (17, 35): (19, 245, 50, 255),
            (47, 9): (79, 245, 50, 255),
            (48, 9): CLEAR,
        },
    ),
    Case("isf/version_one.fs", 0, whole((1, 51, 51, 255))),
    Case("isf/version_one.fs", 4, whole((5, 51, 51, 255))),
    Case("isf/old_glsl.fs", 0, photo_at((0, 0), (40, 30), (63, 35))),
    Case("isf/new_glsl.fs", 0, whole((51, 102, 102, 255))),
    Case("isf/keywords.fs", 0, whole((51, 102, 153, 204))),
    Case("isf/keywords.fs", 0, whole((255, 102, 153, 0)), {"filter": 1.0, "double__dash": 0.0}),
    Case(
        "isf/alpha.fs",
        0,
        {(0, 0): (255, 102, 0, 51), (16, 5): (255, 102, 0, 0), (32, 0): CLEAR, (48, 35): CLEAR},
    ),
    Case("isf/audio.fs", 3, {(31, 9): (64, 2, 4, 2), (32, 9): WHITE}),
    Case(
        "isf/history.fs",
        5,  # at 0.5 s an accent begins: what comes before it, its step, the one after
        {
            **{(0, 0): (60, 8, 0, 255), (16, 0): (0, 0, 0, 255)},
            **{(32, 0): WHITE, (48, 0): (222, 222, 222, 255), (32, 35): (255, 230, 255, 255)},
        },
    ),
    Case(
        "isf/levels.fs",
        6,  # the left channel has the lower tones louder
        {
            **{(0, 0): (96, 2, 60, 96), (48, 0): (52, 52, 52, 255)},
            **{(16, 5): (239, 229, 0, 255), (32, 5): (232, 234, 0, 255)},
        },
    ),
    Case("isf/transition.fs", 0, photo_at((0, 0), (63, 35)), {"progress": 0.0}),
    Case("isf/transition.fs", 0, whole(SECOND), {"progress": 1.0}),
    Case("isf/transition.fs", 5, photo_at((0, 0), (9, 9)), {"transition_at": 0.5}),
    Case("isf/transition.fs", 15, whole(SECOND), {"transition_at": 0.5, "length": 1.0}),
    Case("isf/lenient.fs", 0, whole((51, 1, 18, 255))),
    Case("isf/lenient.fs", 1, whole((102, 2, 36, 255))),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pixels(gl: Context, photos: tuple[Path, Path], case: Case) -> None:
    case.check(gl, photos)


def test_every_file_is_tested() -> None:
    assert files_of("isf") == {case.file for case in CASES}
