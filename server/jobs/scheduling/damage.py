"""Damaged files of a run: taken out of use, so that the tasks that made them are done again."""

import asyncio
from pathlib import Path

from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.storage.data_folder import SEAL_SUFFIX, discard


async def redo_damaged(active: ActiveJob, paths: list[Path]) -> None:
    """Let a run do again what left the files `paths` behind.

    A segment is drawn again alone, with what it leaves to the next one. Features and what follows
    from them are made again before anything more is drawn.
    """
    lost = [
        segment
        for segment in active.segments
        if {segment.path(active.folder), segment.state_path(active.folder)} & set(paths)
    ]
    for segment in lost:
        discard(segment.path(active.folder))
        discard(segment.state_path(active.folder))
        active.invalidate_segment(segment)
    sound = active.folder / "sound.m4a"
    if sound in paths:
        discard(sound)
        active.audio_task = None
    if active.flashes in paths:
        discard(active.flashes)
    features = [path for path in paths if path.parent == active.features]
    for path in features:
        discard(
            path.with_name(path.name + SEAL_SUFFIX)
        )  # other jobs may read the file at this moment
    active.completion_task = None
    if features or active.flashes in paths:
        await _restart_from_analysis(active)


async def _restart_from_analysis(active: ActiveJob) -> None:
    """Have the run begun by the analysis, and end what is drawn for it, except by the caller.

    Of two slots that find damage at one moment the second has nothing left to do: the run is
    without a cut already, and the first ends what is drawn. They must not wait for each other.
    """
    if not active.is_split:
        return
    active.drawing.clear()
    active.set_segments([])
    others = [task for task in active.slot_tasks if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
