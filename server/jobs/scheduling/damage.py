"""Damaged files of a job: removed, so that the tasks that wrote them run again."""

from pathlib import Path

from server.files.disk import discard
from server.jobs.scheduling.active_job import ActiveJob
from server.protocol import file_names


async def redo_damaged(active: ActiveJob, paths: list[Path]) -> None:
    """Remove the files `paths`, so that the tasks that wrote them run again.

    Of segments only the damaged ones are rendered again, with the state for the next one. Features
    and what depends on them are computed again before anything else is rendered.
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
    encoded_audio = active.folder / file_names.ENCODED_AUDIO
    if encoded_audio in paths:
        discard(encoded_audio)
        active.audio_task = None
    if active.flashes in paths:
        discard(active.flashes)
    features = [path for path in paths if path.parent == active.features]
    for path in features:
        discard(file_names.seal_path(path))  # other jobs may be reading the file
    active.completion_task = None
    if features or active.flashes in paths:
        await _restart_from_analysis(active)


async def _restart_from_analysis(active: ActiveJob) -> None:
    """Restart the job from its analysis and cancel its slot tasks, except the caller.

    If two slots detect damage at the same time, the second has nothing to do: the job has no
    segments any more, and the first cancels the tasks. They must not wait for each other.
    """
    if not active.is_split:
        return
    active.drawing.clear()
    active.set_segments([])
    await active.cancel_other_slots()
