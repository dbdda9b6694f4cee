import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.jobs.model.job import Job
from server.jobs.model.work.slot_clock import SlotClock
from server.jobs.scheduling import plan
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.damage import redo_damaged
from server.jobs.scheduling.plan import Segment, flashes_task, limits_flashes, split
from tests.jobs.conftest import MakeJob


def _split(job: Job, frames: int, machine: str = "llvmpipe") -> list[Segment]:
    return split(replace(job, segment_frames=frames), machine)


def test_segments_cover_every_frame_once(make_job: MakeJob) -> None:
    job = make_job(frames=95)
    segments = _split(job, 30)
    assert [(s.first, s.last) for s in segments] == [(0, 30), (30, 60), (60, 90), (90, 95)]
    assert len({s.key for s in segments}) == 4


def test_the_key_contains_everything_that_determines_pixels(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = replace(make_job("one"), encoder="x264", threads=1)
    same = replace(make_job("two"), encoder="x264", threads=1)
    key = _split(job, 300)[0].key
    assert _split(same, 300)[0].key == key
    changes: list[dict[str, Any]] = [{"fit": "cover"}, {"quality": "high"}, {"codec": "hevc"}]
    others = [
        _split(replace(job, threads=2), 300),
        _split(replace(job, encoder="nvenc"), 300),
        _split(job, 300, "NVIDIA L4"),
        _split(job, 30),
        *(_split(replace(job, spec=replace(job.spec, **changed)), 300) for changed in changes),
    ]
    assert key not in {segments[0].key for segments in others}
    for version in ("__version__", "FEATURES_VERSION"):
        with monkeypatch.context() as changed:
            changed.setattr(plan, version, "99")
            assert _split(job, 300)[0].key != key


def test_flashes_are_limited_unless_allowed_or_impossible(make_job: MakeJob) -> None:
    assert limits_flashes(make_job(frames=8).spec)
    assert not limits_flashes(make_job(frames=7).spec)
    assert not limits_flashes(make_job(allow_flashing=True).spec)


def test_a_count_is_named_by_all_that_is_counted(make_job: MakeJob, tmp_path: Path) -> None:
    job = make_job()
    segments = _split(job, 30)
    dimmed = [segments[0], segments[1].dimmed("d" * 64), segments[2]]
    others = [_split(job, 30, "NVIDIA L4"), _split(job, 60), dimmed]
    names = [flashes_task(job, each, None, tmp_path).out for each in (segments, *others)]
    assert len(set(names)) == 4
    assert flashes_task(job, list(segments), None, tmp_path).out == names[0]


def test_a_dimmed_segment_has_files_of_its_own_but_the_same_state(
    make_job: MakeJob, tmp_path: Path
) -> None:
    job = make_job(sequential=True)
    (first, *_) = _split(job, 30)
    dimmed = first.dimmed("d" * 64)
    assert not {*first.files(tmp_path, job.spec)} & {*dimmed.files(tmp_path, job.spec)}
    assert first.name != dimmed.name
    assert first.state_path(tmp_path) == dimmed.state_path(tmp_path)
    assert dimmed.dimmed(None) == first


def _run(make_job: MakeJob, folder: Path, *, sequential: bool) -> ActiveJob:
    job = make_job(frames=90, sequential=sequential)
    return ActiveJob(job, folder, folder / "features", SlotClock())


def test_finished_segments_are_not_drawn_again(make_job: MakeJob, tmp_path: Path) -> None:
    run = _run(make_job, tmp_path, sequential=False)
    segments = _split(run.job, 30)
    for path in segments[1].files(tmp_path, run.job.spec):
        path.touch()
    segments[2].path(tmp_path).touch()  # without its cells it is of no use
    run.set_segments(segments)
    assert run.frames_done == 30
    taken = [run.next_segment(), run.next_segment()]
    assert taken == [segments[0], segments[2]]
    assert run.next_segment() is None
    run.release_segment(segments[0])
    assert run.next_segment() == segments[0]
    run.finish_segment(segments[0], 1.0)
    run.finish_segment(segments[2], 1.0)
    assert run.is_drawn


def test_sequential_segments_are_drawn_one_after_the_other(
    make_job: MakeJob, tmp_path: Path
) -> None:
    run = _run(make_job, tmp_path, sequential=True)
    segments = _split(run.job, 30)
    for path in segments[0].files(tmp_path, run.job.spec)[:-1]:  # without its state
        path.touch()
    run.set_segments(segments)
    assert run.next_segment() == segments[0]
    assert run.next_segment() is None
    run.finish_segment(segments[0], 1.0)
    assert run.next_segment() == segments[1]


def test_frames_being_written_count_as_done(make_job: MakeJob, tmp_path: Path) -> None:
    run = _run(make_job, tmp_path, sequential=False)
    run.set_segments(_split(run.job, 30))
    run.next_segment()
    run.drawing[0] = 12
    assert run.frames_done == 12


async def test_two_slots_with_damaged_features_have_one_new_analysis(
    make_job: MakeJob, tmp_path: Path
) -> None:
    run = _run(make_job, tmp_path, sequential=False)
    run.set_segments(_split(run.job, 30))
    damaged = [run.features / "spectra.npy"]
    for segment in run.segments[:2]:
        run.drawing[segment.index] = 0

    async def first() -> None:
        await asyncio.sleep(0)
        await redo_damaged(run, damaged)

    async def second() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:  # the damage shows while the drawing is being ended
            await redo_damaged(run, damaged)

    run.slot_tasks = {asyncio.create_task(first()), asyncio.create_task(second())}
    await asyncio.wait(run.slot_tasks, timeout=5)
    assert all(task.done() for task in run.slot_tasks)
    assert (run.segments, run.drawing) == ([], {})
