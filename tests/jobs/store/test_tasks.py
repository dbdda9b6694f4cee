"""Contract of every job store: the tasks of jobs."""

from server.jobs.model.job import Status
from server.jobs.store.store import Store
from server.jobs.store.tasks import HELD_BACK, POINTS_PER_CRASH
from server.protocol.results.media import AnalysedAudio, EncodedAudio
from server.protocol.results.task_result import TaskResult
from tests.jobs.conftest import MakeJob
from tests.jobs.store.conftest import OpenStore


async def test_attempts_and_interruptions_are_counted_separately(
    store: Store, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "draw_segment-0")
    assert await store.tasks.stop("one", "draw_segment-0", counts=True) == 1
    await store.tasks.start("one", "draw_segment-0")
    assert await store.tasks.stop("one", "draw_segment-0", counts=False) == 1
    assert await store.tasks.mark_interrupted() == {"one": 0}
    for times in (1, 2, 3):
        await store.tasks.start("one", "draw_segment-0")
        assert await store.tasks.mark_interrupted() == {"one": times * POINTS_PER_CRASH}
    await store.tasks.finish("one", "draw_segment-1", TaskResult(), 1.0)
    assert await store.tasks.mark_interrupted() == {"one": 0}
    job = await store.jobs.get("one")
    assert job is not None
    assert job.attempt == 2


async def test_a_death_with_several_jobs_at_work_blames_each_less(
    store: Store, make_job: MakeJob
) -> None:
    for job in ("one", "two"):
        await store.jobs.add(make_job(job), bound=9)
    for times in (1, 2, 3):
        await store.tasks.start("one", "draw_segment-0")
        await store.tasks.start("one", "encode_audio")
        await store.tasks.start("two", "draw_segment-0")
        assert await store.tasks.mark_interrupted() == {"one": times, "two": times}
    await store.tasks.start("one", "draw_segment-0")
    assert await store.tasks.mark_interrupted() == {"one": 3 + POINTS_PER_CRASH, "two": 3}
    assert await store.tasks.mark_interrupted() == {"one": 3 + POINTS_PER_CRASH, "two": 3}


async def test_a_death_while_a_job_is_held_back_clears_it(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    for _ in range(3):
        await store.tasks.start("one", "draw_segment-0")
        suspected = await store.tasks.mark_interrupted()
    assert suspected == {"one": 3 * POINTS_PER_CRASH}
    await store.tasks.start("one", HELD_BACK)
    await store.tasks.stop("one", HELD_BACK, counts=False)
    assert await store.tasks.mark_interrupted() == suspected, (
        "a server that was stopped says nothing"
    )
    await store.tasks.start("one", HELD_BACK)
    assert await store.tasks.mark_interrupted() == {"one": 0}
    await store.tasks.start("one", "draw_segment-0")
    assert await store.tasks.mark_interrupted() == {"one": POINTS_PER_CRASH}


async def test_results_of_tasks_are_kept(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "draw_segment-0")
    await store.tasks.start("one", "encode_audio")
    await store.tasks.finish("one", "draw_segment-0", AnalysedAudio(seconds=3.0), 1.5)
    ((name, result),) = (await store.tasks.results("one")).items()
    assert (name, result.wall_s) == ("draw_segment-0", 1.5)
    assert result.read(AnalysedAudio) == AnalysedAudio(seconds=3.0)
    await store.tasks.delete("one", "draw_segment-")
    assert await store.tasks.results("one") == {}


async def test_the_tasks_of_one_prefix_are_deleted_alone(store: Store, make_job: MakeJob) -> None:
    for job_id in ("one", "two"):
        await store.jobs.add(make_job(job_id), bound=9)
        for name in ("draw_segment-0", "draw_segment-10", "draw_segments", "encode_audio"):
            await store.tasks.start(job_id, name)
            await store.tasks.finish(job_id, name, TaskResult(), 0.0)
    await store.tasks.delete("one", "draw_segment-")
    assert set(await store.tasks.results("one")) == {"draw_segments", "encode_audio"}
    assert len(await store.tasks.results("two")) == 4


async def test_deleted_tasks_have_no_failures(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "draw_segment-0")
    await store.tasks.stop("one", "draw_segment-0", counts=True)
    await store.tasks.delete("one", "draw_segment-")
    await store.tasks.start("one", "draw_segment-0")
    assert await store.tasks.stop("one", "draw_segment-0", counts=True) == 1


async def test_the_attempt_of_a_job_is_the_largest_of_its_tasks(
    store: Store, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    attempts = []
    for name in ("encode_audio", "encode_audio", "draw_segment-0", "encode_audio"):
        await store.tasks.start("one", name)
        await store.tasks.stop("one", name, counts=True)
        job = await store.jobs.get("one")
        assert job is not None
        attempts.append(job.attempt)
    assert attempts == [1, 2, 2, 3]


async def test_the_tasks_of_a_pruned_job_are_gone(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "encode_audio")
    await store.tasks.finish("one", "encode_audio", TaskResult(), 0.0)
    await store.jobs.transition("one", Status.FAILED, finished_at=1)
    await store.jobs.prune(2)
    assert await store.tasks.results("one") == {}
    assert await store.tasks.mark_interrupted() == {}


async def test_tasks_are_kept_when_the_store_is_reopened(
    open_store: OpenStore, make_job: MakeJob
) -> None:
    store = open_store()
    await store.jobs.add(make_job("one"), bound=9)
    await store.tasks.start("one", "encode_audio")
    await store.tasks.finish("one", "encode_audio", EncodedAudio(seconds=0.5), 1.0)
    await store.tasks.start("one", "draw_segment-0")
    store.close()
    store = open_store()
    assert (await store.tasks.results("one"))["encode_audio"].read(EncodedAudio).seconds == 0.5
    assert await store.tasks.mark_interrupted() == {"one": POINTS_PER_CRASH}
