"""Plain fragment shaders and transitions, file by file, with exact pixels.

The photo is 64 x 36: red is 4 x the column, green 7 x the row from the top, blue 50; the second
one is flat. Pixels are named by column and row from the bottom, as GLSL counts them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects.effect import Value
from server.protocol.scene import EffectInstance, SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.render.drawing import flat, save_photo

FOLDER = Path(__file__).parents[3] / "data" / "features"
SIZE = (64, 36)
FPS, FRAMES = 10, 20
SECOND = (100, 200, 150, 255)

Color = tuple[int, int, int, int]
Everywhere = Mapping[tuple[int, int], Color]
"""Expected colours by pixel."""


@dataclass(frozen=True)
class Case:
    """The expected output of one file in one frame."""

    file: str
    frame: int
    pixels: Everywhere
    params: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}-{self.frame}"


def columns(*colors: Color) -> Everywhere:
    """Return expected colours of the first columns, the same in every tested row."""
    return {(x, y): color for x, color in enumerate(colors) for y in (0, 17, 35)}


def photo(x: int, y: int) -> Color:
    """Return the photo's colour at a position counted from the bottom."""
    return (4 * x, 7 * (35 - y), 50, 255)


CLEAR, WHITE = (0, 0, 0, 0), (255, 255, 255, 255)
PHOTO = {(x, y): photo(x, y) for x, y in ((3, 0), (3, 35), (40, 17), (63, 0), (63, 35))}
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


@pytest.fixture(scope="module")
def context() -> Iterator[Context]:
    with Context() as opened:
        yield opened


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the two photos as the prepare task writes them."""
    folder = tmp_path_factory.mktemp("photos")
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    shown = np.stack([4 * x, 7 * y, np.full_like(x, 50), np.full_like(x, 255)], axis=-1)
    first = save_photo(folder / "first.rgba", shown.astype(np.uint8))
    return first, save_photo(folder / "second.rgba", flat(SECOND))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pixels(context: Context, photos: tuple[Path, Path], case: Case) -> None:
    seen = draw(context, photos, case)
    drawn = {position: tuple(map(int, seen[position[1], position[0]])) for position in case.pixels}
    assert drawn == dict(case.pixels)


@pytest.mark.parametrize("folder", ["fragment", "transition"])
def test_every_file_is_tested(folder: str) -> None:
    files = {f"{folder}/{path.name}" for path in (FOLDER / folder).iterdir()}
    assert files == {case.file for case in CASES if case.file.startswith(folder)}


def draw(context: Context, photos: tuple[Path, Path], case: Case) -> NDArray[np.uint8]:
    """Return the effect's own output in the requested frame, bottom row first."""
    path = FOLDER / case.file
    instance = EffectInstance(
        id=path.stem,
        file=path.name,
        source=path.read_text("utf-8"),
        params=dict(case.params),
    )
    job = SceneSpec(
        effects=(instance,),
        photo=photos[0],
        photo2=photos[1],
        features=None,
        size=SIZE,
        fps=FPS,
        frames=FRAMES,
        fit="cover",
        egl_device=None,
        require_gpu=False,
    )
    scene = Scene(context, job)
    scene.begin(0)
    for frame in range(case.frame + 1) if scene.sequential else (case.frame,):
        scene.draw_effects(frame)
    context.check("the test")
    return read_rgba(scene.output)[::-1]
