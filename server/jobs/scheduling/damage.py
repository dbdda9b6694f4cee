"""Damaged files of a run: taken out of use, so that the tasks that made them are done again."""

import asyncio
from pathlib import Path

from server.jobs.scheduling.active_job import Run
from server.jobs.storage.data_folder import SEAL, discard


async def make_again(run: Run, paths: list[Path]) -> None:
    """Let a run do again what left the files `paths` behind.

    A segment is drawn again alone, with what it leaves to the next one. Features and what follows
    from them are made again before anything more is drawn.
    """
    lost = [
        segment
        for segment in run.segments
        if {segment.path(run.folder), segment.state_path(run.folder)} & set(paths)
    ]
    for segment in lost:
        discard(segment.path(run.folder))
        discard(segment.state_path(run.folder))
        run.lose(segment)
    sound = run.folder / "sound.m4a"
    if sound in paths:
        discard(sound)
        run.sound = None
    if run.flashes in paths:
        discard(run.flashes)
    features = [path for path in paths if path.parent == run.features]
    for path in features:
        discard(path.with_name(path.name + SEAL))  # other jobs may read the file at this moment
    run.ending = None
    if features or run.flashes in paths:
        await _stop_drawing(run)


async def _stop_drawing(run: Run) -> None:
    """Have the run begun by the analysis, and end what is drawn for it, except by the caller.

    Of two slots that find damage at one moment the second has nothing left to do: the run is
    without a cut already, and the first ends what is drawn. They must not wait for each other.
    """
    if not run.is_cut:
        return
    run.drawing.clear()
    run.lay_out([])
    others = [task for task in run.holds if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
