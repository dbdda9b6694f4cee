"""The task limit_flashes: finds where a whole video would flash too much, and how far to dim it.

The video is drawn once at a small size. Fine noise flickers there although it is calm in a large
frame, so that violations are checked again at a larger size before they count.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from server.files import seal
from server.protocol.progress import ProgressReporter
from server.protocol.results.drawing import FlashInterval, LimitedFlashes
from server.protocol.scene import SceneSpec
from server.protocol.tasks import LimitFlashes
from server.render.flash_safety.detector import find_flashing
from server.render.flash_safety.limiter import LimiterResult, limit_flashes
from server.render.flash_safety.luminance_grid import LuminanceGrid, grid_shape
from server.render.output import gain_map
from server.render.scene import Scene
from server.render.session import SESSIONS, RenderSession, SessionCache

_CELL_EDGES = (5, 20)
"""Pixels along the edge of a cell in the first sampling and in the closer one."""
_CUBE_EDGE = 128
_MAX_REPORTED = 50
"""Most intervals in a report."""


def run(
    task: LimitFlashes, progress: ProgressReporter, sessions: SessionCache = SESSIONS
) -> LimitedFlashes:
    """Measure the flashes of a scene and write the gain map that limits them.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for OpenGL errors.
        DamagedFilesError: the features of the track have changed since they were written.
    """
    spec = task.scene
    seal.verify(spec.sealed_files())
    with sessions.invalidate_on_error():
        progress.stage("flashes")
        cell_colors = _sample_cells(spec, progress, sessions)
        on_progress = partial(progress.stage, "flashes")
        outcome = (
            LimiterResult(None, [])
            if cell_colors is None
            else limit_flashes(cell_colors, spec.fps, on_progress)
        )
    gain_map.save(task.out, outcome.gains)
    worst = sorted(outcome.intervals, key=lambda interval: -interval[2])[:_MAX_REPORTED]
    return LimitedFlashes(limited=tuple(_interval(part, spec.fps) for part in sorted(worst)))


def _interval(part: tuple[int, int, float], fps: int) -> FlashInterval:
    first, last, rate = part
    return FlashInterval(start_s=round(first / fps, 3), end_s=round(last / fps, 3), per_second=rate)


def _sample_cells(
    spec: SceneSpec, progress: ProgressReporter, sessions: SessionCache
) -> NDArray[np.float32] | None:
    """Sample the cells of every frame, at a larger size where they flash too much.

    Returns None if they nowhere do.
    """
    grid = grid_shape(spec.size)
    far, close = (max(1, min(edge, spec.size[1] // grid[0])) for edge in _CELL_EDGES)
    session = sessions.open(_with_cell_size(spec, grid, far))
    cell_colors = np.empty((spec.frames, *grid, 3), np.float32)
    _draw(session, session.scene, far, range(spec.frames), cell_colors, progress)
    intervals = find_flashing(cell_colors, spec.fps)
    if not intervals:
        return None
    if far < close:
        scene = Scene(session.context, _with_cell_size(spec, grid, close))
        resampled = np.zeros(spec.frames, np.bool_)
        for interval in intervals:
            resampled[max(0, interval.first - spec.fps) : interval.last + spec.fps] = True
        frames: Iterable[int] = (
            range(spec.frames) if scene.sequential else np.flatnonzero(resampled)
        )
        _draw(session, scene, close, frames, cell_colors, progress)
    return cell_colors


def _draw(
    session: RenderSession,
    scene: Scene,
    edge: int,
    frames: Iterable[int],
    cell_colors: NDArray[np.float32],
    progress: ProgressReporter,
) -> None:
    rows, columns = cell_colors.shape[1:3]
    cells = LuminanceGrid(session.context, scene, (rows, columns), edge)
    scene.begin(0)
    for frame in frames:
        cell_colors[frame] = cells.sample(int(frame))
        progress.frames(int(frame))
    session.context.check("looking for flashes")


def _with_cell_size(spec: SceneSpec, grid: tuple[int, int], edge: int) -> SceneSpec:
    size = (grid[1] * edge, grid[0] * edge)
    return replace(spec, size=size, cube_edge=min(spec.cube_edge or _CUBE_EDGE, _CUBE_EDGE))
