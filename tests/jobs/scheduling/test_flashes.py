"""Flashes are counted when all segments are drawn; those that flash are drawn again, dimmed."""

from pathlib import Path

from server.jobs.model.flash_rounds import MAX_ROUNDS
from server.jobs.model.job import Job, Stage, Status
from server.protocol.results.media import CountedFlashes, FlashInterval
from server.protocol.tasks import DrawSegment, LimitFlashes, Mux
from tests.harness.slots import Call, until
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import GPU, OpenRig, Rig

INTERVAL = FlashInterval(start_s=1.0, end_s=2.0, per_second=5.0)
CALM = CountedFlashes(per_second=1.5, excessive=(), dimmed=(None, None, None))


def flashing(*dimmed: str | None) -> CountedFlashes:
    """Return a count that dims some segments."""
    return CountedFlashes(per_second=5.0, excessive=(INTERVAL,), dimmed=dimmed)


def drawn(call: Call) -> DrawSegment:
    assert isinstance(call.task, DrawSegment)
    return call.task


def counted(call: Call) -> LimitFlashes:
    assert isinstance(call.task, LimitFlashes)
    return call.task


def flashes_of(job: Job) -> dict[str, object]:
    """Return the flashes in the report of a job."""
    assert job.report is not None
    flashes: dict[str, object] = job.report["flashes"]
    return flashes


async def count(rig: Rig) -> Call:
    """Return the count that waits for an answer."""
    (call,) = await rig.workers.next("limit_flashes")
    return call


async def test_only_segments_that_flash_are_drawn_again(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("limit_flashes", "mux")
    await rig.submit(make_job("one"))
    first = await count(rig)
    assert (await rig.job("one")).stage is Stage.RENDERING
    assert rig.active("one").frames_done == 90
    undimmed = [drawn(call) for call in rig.workers.given("draw_segment")]
    assert counted(first).cells == tuple(task.cells_out for task in undimmed)
    assert counted(first).gains is None
    first.finish(flashing(None, "a" * 64, None))
    again = await count(rig)
    assert rig.active("one").frames_done == 90
    assert rig.segments("one") == [0, 30, 60, 30]
    dimmed = drawn(rig.workers.given("draw_segment")[-1])
    assert [task.gains for task in undimmed] == [None] * 3
    assert dimmed.gains == counted(first).out == counted(again).gains
    video = [undimmed[0], dimmed, undimmed[2]]
    assert counted(again).cells == tuple(task.cells_out for task in video)
    again.finish(CALM)
    (mux,) = await rig.workers.next("mux")
    assert isinstance(mux.task, Mux)
    assert mux.task.segments == tuple(task.out for task in video)
    mux.finish()
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.COMPLETED, 1)
    assert flashes_of(job) == {
        "allowed": False,
        "limited": [{"from": 1.0, "to": 2.0, "perSecond": 5.0}],
        "perSecond": 1.5,
        "excessive": [],
    }
    assert sorted(path.name for path in rig.folder("one").iterdir()) == ["poster.jpg", "video.mp4"]


async def test_flashes_that_are_allowed_or_too_short_are_not_counted(
    rig: Rig, make_job: MakeJob
) -> None:
    await rig.submit(make_job("one", allow_flashing=True), make_job("two", frames=7))
    for job_id, allowed in (("one", True), ("two", False)):
        flashes = flashes_of(await rig.ended(job_id))
        assert flashes == {
            "allowed": allowed,
            "limited": [],
            "perSecond": None,
            "excessive": [],
        }
    assert not rig.workers.given("limit_flashes")
    assert all(drawn(call).cells_out is None for call in rig.workers.given("draw_segment"))


async def test_a_video_that_flashes_however_it_is_dimmed_says_so(
    rig: Rig, make_job: MakeJob
) -> None:
    rig.workers.hold("limit_flashes")
    await rig.submit(make_job("one", frames=30))
    for number in range(MAX_ROUNDS + 1):
        (await count(rig)).finish(flashing(str(number) * 64))
    job = await rig.ended("one")
    assert rig.segments("one") == [0] * (MAX_ROUNDS + 1)
    assert flashes_of(job)["excessive"] == flashes_of(job)["limited"] != []


async def test_dimmed_segments_of_a_sequential_effect_are_drawn_in_any_order(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(slots=2)
    rig.workers.hold("limit_flashes")
    await rig.submit(make_job("one", sequential=True))
    await rig.start()
    first = await count(rig)
    undimmed = [drawn(call) for call in rig.workers.given("draw_segment")]
    rig.workers.hold("draw_segment")
    first.finish(flashing(None, "b" * 64, "c" * 64))
    two, three = (drawn(call) for call in await rig.workers.next("draw_segment", 2))
    assert [two.state_in, three.state_in] == [task.state_out for task in undimmed[:2]]
    assert two.state_out is three.state_out is None
    rig.workers.release("draw_segment")
    (await count(rig)).finish(CALM)
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_a_restart_takes_up_dimmed_segments(open_rig: OpenRig, make_job: MakeJob) -> None:
    rig = open_rig()
    rig.workers.hold("limit_flashes")
    await rig.submit(make_job("one"))
    await rig.start()
    first = await count(rig)
    rig.workers.hold("draw_segment")
    first.finish(flashing("a" * 64, "b" * 64, None))
    (call,) = await rig.workers.next("draw_segment")
    call.finish()
    await rig.workers.next("draw_segment")
    await rig.close()
    rig = open_rig()
    rig.workers.hold("limit_flashes")
    await rig.start()
    again = await count(rig)
    assert rig.segments("one") == [30]
    assert drawn(rig.workers.given("draw_segment")[0]).gains == counted(again).gains
    again.finish(CALM)
    job = await rig.ended("one")
    assert (job.status, job.attempt) == (Status.COMPLETED, 1)
    assert flashes_of(job)["limited"]


async def test_damaged_cells_have_their_segment_drawn_again(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.hold("limit_flashes")
    await rig.submit(make_job("one"))
    first = await count(rig)
    first.fail("render_failed", [counted(first).cells[2]])
    (await count(rig)).finish(CALM)
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 60, 60]


async def _dimmed(rig: Rig, job: Job) -> tuple[Call, Path]:
    """Submit a job that flashes; return its dimmed second segment and the gain map."""
    rig.workers.hold("limit_flashes")
    await rig.submit(job)
    first = await count(rig)
    rig.workers.hold("draw_segment")
    first.finish(flashing(None, "b" * 64, None))
    (call,) = await rig.workers.next("draw_segment")
    return call, counted(first).out


async def test_a_damaged_gain_map_is_computed_again(rig: Rig, make_job: MakeJob) -> None:
    call, gains = await _dimmed(rig, make_job("one"))
    call.fail("render_failed", [gains])
    again = await count(rig)
    assert not gains.exists()
    rig.workers.release("draw_segment")
    again.finish(flashing(None, "b" * 64, None))
    (await count(rig)).finish(CALM)
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 60, 30, 30]
    assert len(rig.workers.given("analyse")) == 1


async def test_a_damaged_state_is_written_again_before_the_dimmed_segment(
    rig: Rig, make_job: MakeJob
) -> None:
    call, _ = await _dimmed(rig, make_job("one", sequential=True))
    state = drawn(call).state_in
    assert state is not None
    call.fail("render_failed", [state])
    rig.workers.release("draw_segment")
    again = await count(rig)
    assert counted(again).gains is not None, "the first count is stored"
    assert rig.segments("one") == [0, 30, 60, 30, 0, 30]
    again.finish(CALM)
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_a_dimmed_segment_that_is_damaged_is_drawn_again(rig: Rig, make_job: MakeJob) -> None:
    call, _ = await _dimmed(rig, make_job("one"))
    rig.workers.hold("mux")
    rig.workers.release("draw_segment")
    (await count(rig)).finish(CALM)
    (mux,) = await rig.workers.next("mux")
    mux.fail("render_failed", [drawn(call).out])
    rig.workers.release("mux")
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 60, 30, 30]
    assert len(rig.workers.given("limit_flashes")) == 2


async def test_a_fallback_of_the_encoder_has_all_counted_again(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    rig = open_rig(machine=GPU)
    await rig.start()
    call, gains = await _dimmed(rig, make_job("one"))
    call.fail("encoder_failed")
    rig.workers.release("draw_segment")
    again = await count(rig)
    assert counted(again).gains is None
    assert counted(again).out != gains
    again.finish(CALM)
    job = await rig.ended("one")
    assert (job.status, job.encoder) == (Status.COMPLETED, "x264")
    assert rig.segments("one") == [0, 30, 60, 30, 0, 30, 60]
    assert flashes_of(job)["limited"] == []


async def test_a_job_whose_flashes_were_limited_before_it_was_drawn_is_drawn_again(
    open_rig: OpenRig, make_job: MakeJob
) -> None:
    """A server of an earlier version had the gains first; its segments have no cells."""
    rig = open_rig()
    rig.workers.hold("draw_segment")
    await rig.submit(make_job("one"))
    await rig.start()
    (call,) = await rig.workers.next("draw_segment")
    await rig.store.tasks.finish("one", "limit_flashes", flashing(), 1.0)
    await rig.close()
    old = drawn(call).out
    for name in (old.name, f"{old.name}.seal", "flashes-0123.npz", "flashes-0123.npz.seal"):
        (old.parent / name).write_text("of an earlier version")
    rig = open_rig()
    await rig.start()
    job = await rig.ended("one")
    assert job.status is Status.COMPLETED
    assert rig.segments("one") == [0, 30, 60]
    assert flashes_of(job)["limited"] == []
    assert sorted(path.name for path in rig.folder("one").iterdir()) == ["poster.jpg", "video.mp4"]


async def test_a_cancel_while_dimmed_segments_are_drawn(rig: Rig, make_job: MakeJob) -> None:
    call, _ = await _dimmed(rig, make_job("one"))
    await rig.cancel("one")
    await until(rig.slots_are_free)
    assert call.is_cancelled
    assert not rig.folder("one").exists()
