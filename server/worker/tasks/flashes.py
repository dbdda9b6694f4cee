"""The flashes task: finds where a whole film would flash too much, and how far it must be dimmed.

The film is drawn once in a size in which that costs little. Fine noise flickers there that is calm
in a large picture, so that whatever is found is looked at again more closely before it counts.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.files import seal
from server.protocol.events import Emit, Result, Spec
from server.render.flash_safety.detector import excess
from server.render.flash_safety.limiter import Limited, limit
from server.render.flash_safety.luminance_grid import Cells, grid_of
from server.render.output import gain_map
from server.render.scene import Scene
from server.render.scene_spec import Job
from server.render.session import KEEPER, Keeper, Opened

_EDGES = (5, 20)
"""Pixels along the edge of a cell at the first look and the closer one, where the film has more."""
_CUBE_EDGE = 128
_TOLD = 50
"""Most stretches that a report names."""


def run(spec: Spec, emit: Emit, keeper: Keeper = KEEPER) -> Result:
    """Do one flashes task: write into `out` what `gains.Gains` reads.

    Returns:
        `limited`: stretches by when they begin (`from`) and end (`to`), in seconds, and how many
        flashes they had (`perSecond`); those that flash most where there are very many.

    Raises:
        ToqiboxError: of the catalogue, ``render_failed`` for what OpenGL refuses.
        Damaged: the features of the track are not as they were written.
    """
    job = Job.read(spec)
    seal.verify(job.made)
    with keeper.guarded():
        emit.stage("flashes")
        pictures = _look(job, emit, keeper)
        told = partial(emit.stage, "flashes")
        found = Limited(None, []) if pictures is None else limit(pictures, job.fps, told)
    gain_map.save(Path(spec["out"]), found.gains)
    worst = sorted(found.stretches, key=lambda stretch: -stretch[2])[:_TOLD]
    return {"limited": [_told(stretch, job.fps) for stretch in sorted(worst)]}


def _told(stretch: tuple[int, int, float], fps: int) -> dict[str, float]:
    first, last, rate = stretch
    return {"from": round(first / fps, 3), "to": round(last / fps, 3), "perSecond": rate}


def _look(job: Job, emit: Emit, keeper: Keeper) -> NDArray[np.float32] | None:
    """Every frame's cells; where they flash too much, as they are in a larger picture.

    None where they nowhere do.
    """
    grid = grid_of(job.size)
    far, close = (max(1, min(edge, job.size[1] // grid[0])) for edge in _EDGES)
    opened = keeper.open(_sized(job, grid, far))
    pictures = np.empty((job.frames, *grid, 3), np.float32)
    _draw(opened, opened.scene, far, range(job.frames), pictures, emit)
    stretches = excess(pictures, job.fps)
    if not stretches:
        return None
    if far < close:
        scene = Scene(opened.context, _sized(job, grid, close))
        wanted = np.zeros(job.frames, np.bool_)
        for stretch in stretches:
            wanted[max(0, stretch.first - job.fps) : stretch.last + job.fps] = True
        frames: Iterable[int] = range(job.frames) if scene.sequential else np.flatnonzero(wanted)
        _draw(opened, scene, close, frames, pictures, emit)
    return pictures


def _draw(
    opened: Opened,
    scene: Scene,
    edge: int,
    frames: Iterable[int],
    pictures: NDArray[np.float32],
    emit: Emit,
) -> None:
    rows, columns = pictures.shape[1:3]
    cells = Cells(opened.context, scene, (rows, columns), edge)
    scene.begin(0)
    for frame in frames:
        pictures[frame] = cells.see(int(frame))
        emit.frames(int(frame))
    opened.context.check("looking for flashes")


def _sized(job: Job, grid: tuple[int, int], edge: int) -> Job:
    size = (grid[1] * edge, grid[0] * edge)
    return replace(job, size=size, cube_edge=min(job.cube_edge or _CUBE_EDGE, _CUBE_EDGE))
