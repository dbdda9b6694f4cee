"""Plain fragment shaders and transitions, file by file, with exact pixels."""

from pathlib import Path

import pytest

from server.render.gl.context import Context
from tests.effects.dialects.pixel_cases import (
    CLEAR,
    PHOTO,
    SECOND,
    WHITE,
    Case,
    columns,
    files_of,
    photo,
)

BEGUN = {"at": 0.5, "length": 1.0}

CASES = [
    Case("fragment/webgl1.frag", 0, {**columns((64, 36, 64, 36), (0, 0, 0, 25)), **PHOTO}),
    Case("fragment/webgl1.frag", 7, {(1, 9): (7, 0, 0, 25), (2, 20): (2, 20, 0, 255)}),
    Case("fragment/webgl2.frag", 5, {**columns((64, 36, 1, 5), (4, 5, 64, 255)), **PHOTO}),
    Case("fragment/webgl2.frag", 0, {(2, 20): (2, 20, 0, 255)}),
    Case("fragment/desktop.frag", 5, columns((10, 10, 64, 36), (20, 10, 64, 36))),
    Case("fragment/globals.frag", 5, columns((10, 6, 51, 102))),
    Case(
        "fragment/spellings.frag",
        3,
        columns(
            (3, 1, 64, 36),
            (3, 0, 0, 1),
            (64, 36, 1, 3),
            (100, 16, 0, 1),
            (51, 102, 153, 255),
            (64, 36, 64, 36),
        ),
    ),
    Case("fragment/outputs.frag", 0, {(31, 9): (51, 102, 153, 204), (32, 9): (102, 51, 0, 255)}),
    Case("fragment/short_output.frag", 0, {(31, 9): (51, 102, 153, 255), (32, 9): CLEAR}),
    Case("fragment/data.frag", 0, {(31, 9): (51, 102, 153, 102), (32, 9): CLEAR}),
    Case(
        "fragment/inputs.frag",
        0,
        columns(
            (51, 51, 3, 255),
            (51, 102, 8, 4),
            (51, 102, 153, 255),
            (255, 204, 153, 102),
            (5, 102, 153, 255),
        ),
    ),
    Case(
        "fragment/inputs.frag",
        0,
        columns((102, 102, 9, 0), (0, 255, 3, 2), (255, 0, 0, 255), (0, 0, 0, 0)),
        {
            "amount": 0.4,
            "half_way": 1.0,
            "count": 9,
            "on": False,
            "place": (0.0, 1.0),
            "tint": (1.0, 0.0, 0.0, 1.0),
            "paper": (0.0, 0.0, 0.0, 0.0),
            "tiles": (3.0, 2.0),
        },
    ),
    Case("fragment/sound.frag", 5, {(0, 0): (255, 51, 0, 255), (32, 0): (255, 0, 0, 255)}),
    Case("fragment/sound.frag", 4, {(32, 0): (0, 255, 0, 255)}),
    Case("fragment/sound.frag", 4, {(32, 0): (255, 0, 0, 255)}, {"u_bass": 1.0}),
    Case("fragment/before.frag", 0, columns((1, 0, 0, 255), (1, 0, 1, 255))),
    Case("fragment/before.frag", 3, columns((4, 3, 0, 255), (4, 3, 1, 255))),
    Case("fragment/textures.frag", 0, columns(WHITE, WHITE)),
    Case(
        "fragment/varyings.frag",
        0,
        {(1, 5): WHITE, (2, 20): (2, 20, 2, 20), (30, 20): (30, 20, 30, 20)},
    ),
    Case("fragment/alpha.frag", 0, {(31, 9): (255, 102, 0, 51), (32, 9): CLEAR}),
    Case("fragment/reserved.frag", 0, {(0, 9): (51, 102, 153, 255), (40, 17): photo(40, 17)}),
    Case("fragment/own_image.frag", 6, {(0, 0): (0, 0, 6, 255), (9, 20): (9, 20, 6, 255)}),
    Case("transition/fade.glsl", 5, {**PHOTO, (0, 0): (0, 16, 0, 255)}, BEGUN),
    Case(
        "transition/fade.glsl",
        10,
        {(0, 20): (128, 16, 20, 255), (1, 1): (8, 4, 51, 255), (2, 2): (51, 102, 153, 255)},
        BEGUN,
    ),
    Case("transition/fade.glsl", 15, dict.fromkeys(PHOTO, SECOND), BEGUN),
    Case("transition/fade.glsl", 0, dict.fromkeys(PHOTO, SECOND), {"progress": 1.0}),
    Case("transition/fade.glsl", 6, {(0, 0): (26, 16, 0, 255)}, {"at": 1.0, "unit": 1}),
    Case(
        "transition/luma.glsl",
        15,
        {(0, 9): SECOND, (1, 9): (51, 128, 0, 255)},
        {"at": 1.0, "transition_length": 1.0},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pixels(gl: Context, photos: tuple[Path, Path], case: Case) -> None:
    case.check(gl, photos)


@pytest.mark.parametrize("folder", ["fragment", "transition"])
def test_every_file_is_tested(folder: str) -> None:
    assert files_of(folder) == {case.file for case in CASES if case.file.startswith(folder)}
