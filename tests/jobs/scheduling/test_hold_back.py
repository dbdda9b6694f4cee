"""A suspected job is held back, and stays suspected if the server survives without it."""

from server.jobs.model.job import Status
from server.jobs.scheduling.blame import HOLD_BACK_AT, hold_back, sort_interrupted
from server.jobs.store.store import Store
from server.jobs.store.tasks import POINTS_PER_CRASH
from tests.jobs.conftest import MakeJob


async def test_one_more_crash_after_a_hold_back_fails_a_job(
    store: Store, make_job: MakeJob
) -> None:
    await store.jobs.add(make_job("one"), bound=9)
    await store.jobs.transition("one", Status.PROCESSING)
    for _ in range(HOLD_BACK_AT // POINTS_PER_CRASH):
        await store.tasks.start("one", "draw_segment-0")
        left = await sort_interrupted(store)
    (suspected,) = left.suspected
    await hold_back(store, suspected, 0.01)
    await store.tasks.start("one", "draw_segment-0")
    left = await sort_interrupted(store)
    assert [job.id for job in left.crashing] == ["one"]
    assert (left.suspected, left.resumed) == ([], [])
