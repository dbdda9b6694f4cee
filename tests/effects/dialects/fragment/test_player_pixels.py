"""Shaders of many players, file by file, with exact pixels."""

from pathlib import Path

import pytest

from server.render.gl.context import Context
from tests.effects.dialects.pixel_cases import PHOTO, Case, columns, files_of, photo

TINT = (51, 102, 153, 255)
CASES = [
    Case(
        "players/rect.frag",
        0,
        {
            **{(x, 9): photo(x, 9) for x in (0, 1, 2)},
            (3, 9): (64, 36, 0, 255),
            (20, 9): photo(43, 9),
        },
    ),
    Case("players/compatible.frag", 0, PHOTO),
    Case(
        "players/texels.frag",
        0,
        columns(
            (51, 51, 2, 255),
            (102, 102, 0, 255),
            (64, 36, 255, 255),
            (255, 0, 0, 255),
            (102, 51, 0, 255),
        ),
    ),
    Case("players/colour_alone.frag", 0, {(5, 5): (102, 102, 153, 255)}),
    Case("players/colour_alone.fs", 0, {(5, 5): TINT}),
    Case("players/buffers.frag", 3, {(5, 5): (3, 51, 0, 255), (60, 5): (0, 0, 4, 255)}),
    Case("players/post.frag", 0, {(5, 5): (153, 102, 51, 255)}),
    Case("players/veda.frag", 10, {(5, 5): (51, 4, 4, 255), (60, 5): (255, 0, 255, 255)}),
    Case(
        "players/bonzomatic.frag",
        10,
        {(5, 5): (255, 255, 128, 255), (40, 5): (128, 255, 0, 255), (60, 9): photo(60, 9)},
    ),
    Case(
        "players/channels.frag",
        2,
        {
            (3, 9): photo(3, 9),
            (20, 9): (3, 0, 0, 255),
            (40, 9): (51, 102, 153, 102),
            (60, 9): (50, 0, 0, 255),
        },
    ),
    Case(
        "players/channels.frag",
        0,
        {(40, 9): (255, 0, 0, 255)},
        {"amount": 1.0, "tint": (1.0, 0.0, 0.0, 1.0)},
    ),
    Case(
        "players/self.glsl",
        2,
        {(3, 9): (3, 3, 3, 255), (20, 9): (50, 50, 50, 255), (40, 9): photo(40, 9)},
    ),
    Case("players/time.glsl", 5, {(3, 9): (128, 128, 50, 255)}),
    Case(
        "players/sliders.glsl",
        10,
        columns(TINT, (102, 204, 3, 255), (153, 102, 51, 255), (255, 0, 0, 255)),
    ),
    Case(
        "players/sliders.glsl",
        0,
        {(1, 9): (255, 128, 9, 255)},
        {"amount": 1.0, "zoom": 0.5, "count": 9},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pixels(gl: Context, photos: tuple[Path, Path], case: Case) -> None:
    case.check(gl, photos)


def test_every_file_is_tested() -> None:
    assert files_of("players") == {case.file for case in CASES}
