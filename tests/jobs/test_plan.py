import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from server.jobs.scheduling.active_job import Run, SlotClock
from server.jobs.scheduling.damage import make_again
from server.jobs.scheduling.plan import cut, flashes_path
from tests.jobs.conftest import MakeJob


def test_segments_cover_every_frame_once(make_job: MakeJob) -> None:
    job = make_job(frames=95)
    segments = cut(job, Decimal(1), "llvmpipe")
    assert [(s.first, s.last) for s in segments] == [(0, 30), (30, 60), (60, 90), (90, 95)]
    assert len({s.key for s in segments}) == 4


def test_the_key_takes_in_what_shapes_pixels(make_job: MakeJob) -> None:
    job = replace(make_job("one"), encoder="x264", threads=1)
    same = replace(make_job("two"), encoder="x264", threads=1)
    key = cut(job, Decimal(10), "llvmpipe")[0].key
    assert cut(same, Decimal(10), "llvmpipe")[0].key == key
    others = [
        cut(replace(job, threads=2), Decimal(10), "llvmpipe"),
        cut(replace(job, encoder="nvenc"), Decimal(10), "llvmpipe"),
        cut(job, Decimal(10), "NVIDIA L4"),
        cut(job, Decimal(1), "llvmpipe"),
        cut(replace(job, spec=replace(job.spec, fit="cover")), Decimal(10), "llvmpipe"),
    ]
    assert key not in {segments[0].key for segments in others}


def test_films_are_looked_through_unless_they_may_flash_or_cannot(
    make_job: MakeJob, tmp_path: Path
) -> None:
    def kept(machine: str = "llvmpipe", **spec: Any) -> Path | None:
        return flashes_path(make_job(**spec), tmp_path, machine)

    assert kept() == kept() != kept("NVIDIA L4")
    assert kept(frames=8)
    assert kept(frames=7) is None
    assert kept(allow_flashing=True) is None


def _run(make_job: MakeJob, folder: Path, *, sequential: bool) -> Run:
    job = make_job(frames=90, sequential=sequential)
    return Run(job, folder, folder / "features", SlotClock())


def test_finished_segments_are_not_drawn_again(make_job: MakeJob, tmp_path: Path) -> None:
    run = _run(make_job, tmp_path, sequential=False)
    segments = cut(run.job, Decimal(1), "llvmpipe")
    segments[1].path(tmp_path).touch()
    run.lay_out(segments)
    assert run.frames_done == 30
    taken = [run.take(), run.take()]
    assert taken == [segments[0], segments[2]]
    assert run.take() is None
    run.give_back(segments[0])
    assert run.take() == segments[0]
    run.finish(segments[0], 1.0)
    run.finish(segments[2], 1.0)
    assert run.is_drawn


def test_sequential_segments_are_drawn_one_after_the_other(
    make_job: MakeJob, tmp_path: Path
) -> None:
    run = _run(make_job, tmp_path, sequential=True)
    segments = cut(run.job, Decimal(1), "llvmpipe")
    segments[0].path(tmp_path).touch()  # without its state it is of no use
    run.lay_out(segments)
    assert run.take() == segments[0]
    assert run.take() is None
    run.finish(segments[0], 1.0)
    assert run.take() == segments[1]


def test_frames_being_written_count_as_done(make_job: MakeJob, tmp_path: Path) -> None:
    run = _run(make_job, tmp_path, sequential=False)
    run.lay_out(cut(run.job, Decimal(1), "llvmpipe"))
    run.take()
    run.drawing[0] = 12
    assert run.frames_done == 12


async def test_two_slots_that_find_damaged_features_at_once_have_the_run_analysed_again(
    make_job: MakeJob, tmp_path: Path
) -> None:
    run = _run(make_job, tmp_path, sequential=False)
    run.lay_out(cut(run.job, Decimal(1), "llvmpipe"))
    damaged = [run.features / "spectra.npy"]
    for segment in run.segments[:2]:
        run.drawing[segment.index] = 0

    async def first() -> None:
        await asyncio.sleep(0)
        await make_again(run, damaged)

    async def second() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:  # the damage shows while the drawing is being ended
            await make_again(run, damaged)

    run.holds = {asyncio.create_task(first()), asyncio.create_task(second())}
    await asyncio.wait(run.holds, timeout=5)
    assert all(task.done() for task in run.holds)
    assert (run.segments, run.drawing) == ([], {})
