"""The features of an ISF host, file by file in isf/, with exact pixels.

The photo is 64 x 36: red is 4 x the column, green 7 x the row from the top, blue 50; the second
one is flat. Pixels are named by column and row from the bottom, as GLSL counts them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from server.effects import assets, dialects
from server.effects.effect import Value
from server.media.photos.photo_palette import photo_palette
from server.protocol.scene import EffectInstance, SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.render.drawing import flat, save_photo

FOLDER = Path(__file__).parents[3] / "data" / "features" / "isf"
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


def whole(color: Color) -> Everywhere:
    """Return expected colours of corners and middle."""
    return dict.fromkeys(((0, 0), (63, 0), (0, 35), (63, 35), (32, 18), (31, 17)), color)


def photo(x: int, y: int) -> Color:
    """Return the photo's colour at a position counted from the bottom."""
    return (4 * x, 7 * (35 - y), 50, 255)


def photo_at(*places: tuple[int, int]) -> Everywhere:
    """Return expected colours of the unchanged photo."""
    return {position: photo(*position) for position in places}


RED, GREEN, BLUE, YELLOW, WHITE = (
    (255, 0, 0, 255),
    (0, 255, 0, 255),
    (0, 0, 255, 255),
    (255, 255, 0, 255),
    (255, 255, 255, 255),
)
CLEAR = (0, 0, 0, 0)


def photo_pixels() -> NDArray[np.uint8]:
    """Return the first photo, top row first."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    shown = np.stack([4 * x, 7 * y, np.full_like(x, 50), np.full_like(x, 255)], axis=-1)
    return shown.astype(np.uint8)


def photo_color(name: str) -> Color:
    """Return a colour of the first photo's palette."""
    color = photo_palette(SIZE, photo_pixels().tobytes())[name]
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue, 255


CASES = [
    Case("safe_area", 0, columns(CLEAR, (32, 18, 0, 255))),
    Case("photo_colors", 0, columns(photo_color("vivid"), (51,) * 4, photo_color("light"))),
    Case("photo_colors", 1, {(2, 0): GREEN}, {"given": (0.0, 1.0, 0.0, 1.0)}),
    Case("builtins", 0, columns((64, 36, 1, 255), (0, 0, 0, 255), (10, 1, 1, 0))),
    Case(
        "builtins",
        3,
        {
            **columns((64, 36, 1, 255), (30, 10, 3, 255), (10, 1, 1, 30)),
            **{(3, y): (7, 2 * y + 1, 10, 255) for y in (0, 20, 35)},
            **{(4, y): (9, 2 * y + 1, 0, 255) for y in (0, 20, 35)},
            (5, 9): (1, 1, 0, 255),
        },
    ),
    Case(
        "defaults",
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
    Case("event", 0, whole((0, 0, 1, 0))),
    Case("event", 0, whole((255, 1, 1, 255)), {"go": True}),
    Case("event", 1, whole((0, 1, 1, 0)), {"go": True}),
    Case("event", 5, whole((0, 1, 2, 0)), {"go": True}),
    Case("event", 5, whole((0, 0, 0, 0)), {"beat": False}),
    Case("order", 0, whole((40, 30, 3, 255))),
    Case("order", 2, whole((40, 30, 3, 255))),
    Case("pingpong", 0, whole((0, 0, 1, 2))),
    Case("pingpong", 2, whole((2, 4, 3, 6))),
    Case("temporary", 0, whole((5, 5, 5, 5))),
    Case("temporary", 2, whole((5, 5, 15, 15))),
    Case(
        "sizes",
        0,
        columns((16, 9, 4, 2), (20, 32, 5, 7), (36, 36, 9, 9), (4, 4, 1, 1), (64, 36, 0, 255)),
    ),
    Case("sizes", 0, {(2, 5): (20, 36, 5, 9)}, {"share": 16.0}),
    Case("last_target", 0, {(0, 0): (0, 64, 36, 255), (10, 35): (10, 64, 36, 255)}),
    Case("last_target", 1, {(10, 3): (20, 64, 36, 255), (63, 9): (126, 64, 36, 255)}),
    Case("nowhere", 0, whole((51, 102, 51, 255))),
    Case("floating", 0, {(31, 9): (51, 102, 40, 255), (32, 9): (51, 102, 0, 255)}),
    Case(
        "orientation",
        0,
        {(0, 0): (255, 0, 0, 51), (31, 17): (255, 0, 0, 51), **photo_at((0, 35), (63, 0), (32, 0))},
    ),
    Case(
        "images",
        0,
        {
            **photo_at(*((x, y) for x in range(0, 48, 3) for y in (0, 11, 35))),
            (48, 9): photo(48, 8),
            (55, 10): photo(54, 10),
            (60, 20): (32, 18, 64, 36),
        },
    ),
    Case(
        "imports",
        0,
        {(0, 0): BLUE, (15, 8): BLUE, (63, 0): WHITE, (0, 35): RED, (48, 27): GREEN},
    ),
    Case(
        "imports_array",
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
    Case("cube", 0, columns(RED, GREEN, BLUE, YELLOW, RED, GREEN, BLUE, WHITE, WHITE)),
    Case("cube_input", 0, whole((50, 50, 50, 255))),
    Case(
        "vertex",
        0,
        {
            (15, 9): CLEAR,
            (16, 0): (17, 245, 50, 255),
            (17, 35): (19, 245, 50, 255),
            (47, 9): (79, 245, 50, 255),
            (48, 9): CLEAR,
        },
    ),
    Case("version_one", 0, whole((1, 51, 51, 255))),
    Case("version_one", 4, whole((5, 51, 51, 255))),
    Case("old_glsl", 0, photo_at((0, 0), (40, 30), (63, 35))),
    Case("new_glsl", 0, whole((51, 102, 102, 255))),
    Case("keywords", 0, whole((51, 102, 153, 204))),
    Case("keywords", 0, whole((255, 102, 153, 0)), {"filter": 1.0, "double__dash": 0.0}),
    Case(
        "alpha",
        0,
        {(0, 0): (255, 102, 0, 51), (16, 5): (255, 102, 0, 0), (32, 0): CLEAR, (48, 35): CLEAR},
    ),
    Case("audio", 3, {(31, 9): (64, 2, 4, 2), (32, 9): WHITE}),
    Case(
        "history",
        5,  # at 0.5 s an accent begins: what comes before it, its step, the one after
        {
            **{(0, 0): (60, 8, 0, 255), (16, 0): (0, 0, 0, 255)},
            **{(32, 0): WHITE, (48, 0): (222, 222, 222, 255), (32, 35): (255, 230, 255, 255)},
        },
    ),
    Case(
        "levels",
        6,  # the left channel has the lower tones louder
        {
            **{(0, 0): (96, 2, 60, 96), (48, 0): (52, 52, 52, 255)},
            **{(16, 5): (239, 229, 0, 255), (32, 5): (232, 234, 0, 255)},
        },
    ),
    Case("transition", 0, photo_at((0, 0), (63, 35)), {"progress": 0.0}),
    Case("transition", 0, whole(SECOND), {"progress": 1.0}),
    Case("transition", 5, photo_at((0, 0), (9, 9)), {"transition_at": 0.5}),
    Case("transition", 15, whole(SECOND), {"transition_at": 0.5, "length": 1.0}),
    Case("lenient", 0, whole((51, 1, 18, 255))),
    Case("lenient", 1, whole((102, 2, 36, 255))),
]


@pytest.fixture(scope="module")
def context() -> Iterator[Context]:
    with Context() as opened:
        yield opened


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the two photos as the prepare task writes them."""
    folder = tmp_path_factory.mktemp("photos")
    first = save_photo(folder / "first.rgba", photo_pixels())
    return first, save_photo(folder / "second.rgba", flat(SECOND))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pixels(context: Context, photos: tuple[Path, Path], case: Case) -> None:
    seen = draw(context, photos, case)
    drawn = {position: tuple(map(int, seen[position[1], position[0]])) for position in case.pixels}
    assert drawn == dict(case.pixels)


def test_every_file_is_tested() -> None:
    assert {case.file for case in CASES} == {path.stem for path in FOLDER.glob("*.fs")}


def draw(context: Context, photos: tuple[Path, Path], case: Case) -> NDArray[np.uint8]:
    """Return the effect's own output in the requested frame, bottom row first."""
    path = FOLDER / f"{case.file}.fs"
    beside = [path.with_suffix(suffix) for suffix in dialects.VERTEX_SUFFIXES]
    vertex = next((other.read_text("utf-8") for other in beside if other.exists()), None)
    source = path.read_text("utf-8")
    effect = dialects.load(case.file, path.name, source, vertex)
    files = assets.resolve(effect, FOLDER)
    instance = EffectInstance(
        id=case.file,
        file=path.name,
        source=source,
        vertex=vertex,
        params=dict(case.params),
        files={name: Path(file) for name, file in files.items()},
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
