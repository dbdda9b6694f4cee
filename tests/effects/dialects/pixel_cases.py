"""Expected pixels of effects, file by file.

The photo is 64 x 36: red is 4 x the column, green 7 x the row from the top, blue 50; the second
one is flat. Pixels are named by column and row from the bottom, as GLSL counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.effects import assets, dialects
from server.effects.effect import Value
from server.protocol.scene import EffectInstance, SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.render.drawing import FPS, FRAMES, SIZE

FOLDER = Path(__file__).parents[2] / "data" / "features"
SECOND = (100, 200, 150, 255)
CLEAR, WHITE = (0, 0, 0, 0), (255, 255, 255, 255)

Color = tuple[int, int, int, int]
ColorByPixel = Mapping[tuple[int, int], Color]
"""Expected colours by pixel."""


@dataclass(frozen=True)
class Case:
    """The expected output of one file in one frame."""

    file: str
    """Path in FOLDER."""
    frame: int
    pixels: ColorByPixel
    params: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}-{self.frame}"

    def check(self, context: Context, photos: tuple[Path, Path]) -> None:
        """Draw the file and compare its pixels."""
        output = draw(context, photos, self)
        drawn = {(x, y): tuple(map(int, output[y, x])) for x, y in self.pixels}
        assert drawn == dict(self.pixels)


def columns(*colors: Color) -> ColorByPixel:
    """Return expected colours of the first columns, the same in every tested row."""
    return {(x, y): color for x, color in enumerate(colors) for y in (0, 17, 35)}


def photo(x: int, y: int) -> Color:
    """Return the photo's colour at a position counted from the bottom."""
    return (4 * x, 7 * (35 - y), 50, 255)


def photo_at(*positions: tuple[int, int]) -> ColorByPixel:
    """Return expected colours of the unchanged photo."""
    return {position: photo(*position) for position in positions}


PHOTO = photo_at((3, 0), (3, 35), (40, 17), (63, 0), (63, 35))
"""Expected colours of an effect that shows the photo."""


def photo_pixels() -> NDArray[np.uint8]:
    """Return the first photo, top row first."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    pixels = np.stack([4 * x, 7 * y, np.full_like(x, 50), np.full_like(x, 255)], axis=-1)
    return pixels.astype(np.uint8)


def files_of(folder: str) -> set[str]:
    """Return the files in a folder of FOLDER, except vertex shaders, as cases name them."""
    files = (path for path in (FOLDER / folder).iterdir() if path.is_file())
    return {
        f"{folder}/{path.name}" for path in files if path.suffix not in dialects.VERTEX_SUFFIXES
    }


def draw(context: Context, photos: tuple[Path, Path], case: Case) -> NDArray[np.uint8]:
    """Return the effect's own output in the frame of a case, bottom row first."""
    spec = SceneSpec(
        effects=(_instance(case),),
        photo=photos[0],
        photo2=photos[1],
        size=SIZE,
        fps=FPS,
        frames=FRAMES,
        fit="cover",
    )
    scene = Scene(context, spec)
    scene.begin(0)
    for frame in range(case.frame + 1) if scene.sequential else (case.frame,):
        scene.draw_effects(frame)
    context.check("the test")
    return read_rgba(scene.output)[::-1]


def _instance(case: Case) -> EffectInstance:
    path = FOLDER / case.file
    vertex_files = [path.with_suffix(suffix) for suffix in dialects.VERTEX_SUFFIXES]
    vertex = next((file.read_text("utf-8") for file in vertex_files if file.exists()), None)
    source = path.read_text("utf-8")
    effect = dialects.load(path.stem, path.name, source, vertex)
    return EffectInstance(
        id=path.stem,
        file=path.name,
        source=source,
        vertex=vertex,
        params=dict(case.params),
        files={name: Path(file) for name, file in assets.resolve(effect, path.parent).items()},
    )
