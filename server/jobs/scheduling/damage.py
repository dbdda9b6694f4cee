"""Damaged files of a job: removed, so that the tasks that wrote them run again."""

from pathlib import Path

from server.files.disk import discard
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.plan import Segment
from server.protocol import file_names


async def redo_damaged(active: ActiveJob, paths: list[Path]) -> None:
    """Remove the files `paths`, so that the tasks that wrote them run again.

    Of segments only the damaged ones are rendered again, with the state for the next one. Features
    and what depends on them are computed again before anything else is rendered.
    """
    damaged = set(paths)
    for segment in {*active.undimmed, *active.segments}:
        files = segment.files(active.folder, active.job.spec)
        if damaged.intersection(files):
            for path in files:
                discard(path)
            active.invalidate_segment(segment)
    encoded_audio = active.folder / file_names.ENCODED_AUDIO
    if encoded_audio in damaged:
        discard(encoded_audio)
        active.audio_task = None
    gains = active.flashes.gains
    if gains in damaged and gains is not None:
        discard(gains)
    features = [path for path in paths if path.parent == active.features]
    for path in features:
        discard(file_names.seal_path(path))  # other jobs may be reading the file
    active.completion_task = None
    if features:
        await _restart(active, [])
    elif gains is not None and damaged - {encoded_audio}:
        # The rounds of limiting flashes are done again; those whose files are intact take no time.
        await _restart(active, active.undimmed)


async def _restart(active: ActiveJob, segments: list[Segment]) -> None:
    """Restart the job from these segments, or without any from its analysis.

    The other slot tasks are cancelled. If two slots detect damage at the same time, the second has
    nothing to do: the segments are replaced already, and the first cancels the tasks. They must not
    wait for each other.
    """
    if active.segments == segments:
        return
    active.is_paused = True  # no slot takes a segment before the others have released theirs
    try:
        active.drawing.clear()
        active.set_segments(segments)
        await active.cancel_other_slots()
    finally:
        active.is_paused = False
