"""A scene as a grid of some hundred square cells with their mean colour in linear light."""

import numpy as np
from numpy.typing import NDArray

from server.render.gl.context import Context, Size
from server.render.gl.draw_call import FULLSCREEN_VERTEX, DrawCall
from server.render.gl.render_target import RenderTarget
from server.render.scene import Scene

_CELL_COUNTS = range(400, 641)
_SHAPE_TOLERANCE = 0.002
"""Relative deviation of a cell from a square that is accepted."""

_AVERAGE_CELLS = """#version 330 core
uniform sampler2D above;
uniform sampler2D below;
uniform float cell;
out vec4 color;
vec3 linear(vec3 c) {
    return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c));
}
void main() {
    int edge = int(cell);
    ivec2 corner = ivec2(gl_FragCoord.xy) * edge;
    vec3 sum = vec3(0.0);
    for (int y = 0; y < edge; y++)
        for (int x = 0; x < edge; x++) {
            ivec2 at = corner + ivec2(x, y);
            vec4 upper = clamp(texelFetch(above, at, 0), 0.0, 1.0);
            sum += linear(mix(texelFetch(below, at, 0).rgb, upper.rgb, upper.a));
        }
    color = vec4(sum / (cell * cell), 1.0);
}
"""


def grid_shape(size: Size) -> tuple[int, int]:
    """Choose rows and columns of cells for frames of `size`: as square and as many as possible."""
    shape = size[0] / size[1]
    grids = [(rows, max(1, round(rows * shape))) for rows in range(1, _CELL_COUNTS.stop)]

    def deviation(grid: tuple[int, int]) -> tuple[float, int]:
        rows, columns = grid
        error = abs(columns / rows / shape - 1)
        return (max(error, _SHAPE_TOLERANCE), -rows * columns)

    return min((grid for grid in grids if grid[0] * grid[1] in _CELL_COUNTS), key=deviation)


class LuminanceGrid:
    """A scene, measured cell by cell.

    Args:
        context: the context to draw in.
        scene: a scene whose size is a whole number of cells.
        grid: rows and columns.
        edge: pixels of the scene along the edge of a cell.
    """

    def __init__(self, context: Context, scene: Scene, grid: tuple[int, int], edge: int) -> None:
        self._scene = scene
        self._shape = (*grid, 4)
        self._render_target = RenderTarget(context, (grid[1], grid[0]), floating=True)
        self._draw = DrawCall(
            context, context.program(FULLSCREEN_VERTEX, _AVERAGE_CELLS), scene.layers
        )
        self._draw.set_floats(cell=edge)
        self._last = np.zeros((*grid, 3), np.float32)

    def sample(self, frame: int) -> NDArray[np.float32]:
        """Draw `frame`; return rows from the bottom up, columns, and RGB from 0 to 1."""
        self._scene.draw_effects(frame)
        if self._draw.render_to(self._render_target):
            texels = np.frombuffer(self._render_target.read(), np.float32).reshape(self._shape)
            self._last = np.nan_to_num(texels[:, :, :3])
        return self._last
