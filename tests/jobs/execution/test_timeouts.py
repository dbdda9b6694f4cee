"""Timeouts that exclude the time in which their own process did not run."""

import asyncio
import time

import pytest

from server.jobs.execution.timeouts import run_within
from server.jobs.model.work.slot_clock import SlotClock
from tests.harness.clock import Clock


async def test_a_task_that_takes_longer_is_cancelled() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        await run_within(0.02, work())
    assert ended.is_set()


async def test_errors_and_results_come_through() -> None:
    async def fail() -> None:
        raise ValueError("no")

    assert await run_within(1, asyncio.sleep(0, "result")) == "result"
    with pytest.raises(ValueError, match="no"):
        await run_within(1, fail())


@pytest.mark.fault("K05")
def test_a_pause_of_the_process_is_almost_no_slot_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    clock = SlotClock(2.0)
    with clock:
        now += 0.5
        clock.tick()
        now += 3600.0
        assert clock.total_s == 7.5
        clock.tick()
        now += 0.25
    assert clock.total_s == 7.75
    now += 3600.0
    clock.tick()
    assert clock.total_s == 7.75


@pytest.mark.fault("J13", "K05")
async def test_the_pause_of_the_process_itself_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    result: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def work() -> str:
        return await result

    waiting = asyncio.create_task(run_within(20, work()))
    await clock.pause(3600)
    assert not waiting.done()
    result.set_result("event")
    assert await waiting == "event"
