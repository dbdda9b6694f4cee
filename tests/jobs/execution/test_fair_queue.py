"""The queue before work of limited concurrency: its turns, limits and measurements."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from server.errors import ToqiboxError
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from tests.harness.slots import until


def _line(max_wait_s: float = 5.0, **limits: Any) -> FairQueue:
    values = QueueLimits(max_wait_s=max_wait_s, **limits)
    return FairQueue(values, initial_s=1.0, max_counted_s=10.0)


async def test_turns_are_in_order_and_the_wait_is_limited() -> None:
    line, done = _line(), list[int]()

    async def add(number: int) -> None:
        async with line.acquire():
            done.append(number)

    async with line.acquire():
        waiting = [asyncio.create_task(add(number)) for number in range(4)]
        await until(lambda: line.waiting == 4)
        waiting[1].cancel()
        await until(lambda: line.waiting == 3)
    await asyncio.wait(waiting)
    assert done == [0, 2, 3]
    short = _line(max_wait_s=0.02)
    async with short.acquire():
        with pytest.raises(ToqiboxError) as caught:
            async with short.acquire():
                pass
        assert caught.value.code == "rate_limited"
    async with short.acquire():
        pass


async def test_the_turn_of_a_client_that_leaves_goes_to_the_next() -> None:
    line = _line()

    async def add() -> None:
        async with line.acquire():
            pass

    async with line.acquire():
        leaving, staying = asyncio.create_task(add()), asyncio.create_task(add())
        await until(lambda: line.waiting == 2)
    leaving.cancel()
    async with asyncio.timeout(5):
        await staying
        await add()


async def test_the_queue_measures_finished_work_and_not_early_failures() -> None:
    line = _line()
    for _ in range(9):
        with pytest.raises(ValueError, match="early"):
            async with line.acquire():
                raise ValueError("early")
    assert line.interval_s == 1.0
    async with line.acquire():
        pass
    assert 0.7 < line.interval_s < 0.9


async def test_the_last_of_a_queue_that_is_too_slow_are_refused_at_once() -> None:
    line, left = _line(max_wait_s=2.5), list[tuple[int, str]]()

    async def add(number: int) -> None:
        try:
            async with line.acquire():
                pass
        except ToqiboxError as error:
            left.append((number, error.code))

    async with line.acquire():
        waiting = [asyncio.create_task(add(number)) for number in range(5)]
        await until(lambda: len(left) == 2)
        assert left == [(3, "rate_limited"), (4, "rate_limited")]
        assert line.waiting == 3
    await asyncio.wait(waiting)
    assert len(left) == 2
    async with line.acquire():
        pass


async def _serve(line: FairQueue, shares: Iterable[str]) -> list[str]:
    """Let clients wait in this order while the place is taken; return the order of their turns."""
    served, waiting = list[str](), list[asyncio.Task[None]]()

    async def wait(share: str) -> None:
        async with line.acquire(share):
            served.append(share)

    async with line.acquire():
        for share in shares:
            waiting.append(asyncio.create_task(wait(share)))
            await until(lambda: line.waiting == len(waiting))
    await asyncio.wait(waiting)
    return served


@pytest.mark.parametrize(
    ("arrival", "turns"),
    [("aaaab", "abaaa"), ("aabbcc", "abcabc"), ("aaabcbb", "abcabab"), ("abcd", "abcd")],
)
async def test_clients_take_turns(arrival: str, turns: str) -> None:
    assert "".join(await _serve(_line(max_wait_s=30.0), arrival)) == turns


async def test_a_client_that_was_served_comes_after_one_that_was_not() -> None:
    line = _line()
    assert await _serve(line, "aab") == ["a", "b", "a"]
    async with line.acquire("a"):
        pass
    assert await _serve(line, "acc") == ["c", "a", "c"]


async def test_the_requests_of_one_client_do_not_refuse_another() -> None:
    line, left = _line(max_wait_s=2.0), list[str]()

    async def wait(share: str) -> None:
        try:
            async with line.acquire(share):
                pass
        except ToqiboxError as error:
            left.append(f"{share} {error.code} {error.retry_after}")

    async with line.acquire("flood"):
        flood = [asyncio.create_task(wait("flood")) for _ in range(12)]
        await until(lambda: len(left) == 9)
        other = asyncio.create_task(wait("other"))
        await until(lambda: len(left) == 10)
    await asyncio.gather(*flood, other)
    assert left == ["flood rate_limited 3"] * 10


async def test_a_client_has_so_many_places_and_waiters_and_no_more() -> None:
    line = _line(places=2, places_each=1, waiting_each=1)
    async with line.acquire("a"):
        second = asyncio.create_task(_hold(line, "a"))
        await until(lambda: line.waiting == 1)
        with pytest.raises(ToqiboxError) as caught:
            async with line.acquire("a"):
                pass
        assert caught.value.code == "rate_limited"
        async with line.acquire("b"):
            assert line.waiting == 1
        assert not second.done()
    async with asyncio.timeout(5):
        await second


async def test_the_number_of_waiters_is_limited() -> None:
    line = _line(waiting=2)
    async with line.acquire("a"):
        first, last = (asyncio.create_task(_hold(line, "a")) for _ in range(2))
        await until(lambda: line.waiting == 2)
        other = asyncio.create_task(_hold(line, "b"))
        with pytest.raises(ToqiboxError, match="Too many"):
            await last
    await asyncio.gather(first, other)


async def _hold(line: FairQueue, share: str, end: asyncio.Event | None = None) -> None:
    async with line.acquire(share):
        if end is not None:
            await end.wait()


async def test_a_client_with_all_places_gives_way_to_one_without() -> None:
    line, end = _line(places=2, give_way_s=0.02), asyncio.Event()
    oldest, newest = (asyncio.create_task(_hold(line, "a", end)) for _ in range(2))
    await asyncio.sleep(0)
    own = asyncio.create_task(_hold(line, "a", end))
    await until(lambda: line.waiting == 1)
    await asyncio.sleep(0.05)
    assert not oldest.done()
    async with line.acquire("b"):
        with pytest.raises(ToqiboxError) as caught:
            await oldest
        assert caught.value.code == "rate_limited"
        another = asyncio.create_task(_hold(line, "c"))
        await asyncio.sleep(0.05)
        assert not newest.done()
        assert line.waiting == 2
    end.set()
    await asyncio.gather(newest, own, another)


async def test_no_client_gives_way_to_the_server_itself() -> None:
    line, end = _line(places=2, give_way_s=0.02), asyncio.Event()
    held = [asyncio.create_task(_hold(line, "a", end)) for _ in range(2)]
    await asyncio.sleep(0)
    own = asyncio.create_task(_hold(line, ""))
    await until(lambda: line.waiting == 1)
    await asyncio.sleep(0.05)
    assert line.waiting == 1
    end.set()
    await asyncio.gather(*held, own)


async def test_a_client_that_leaves_is_not_taken_for_one_that_gives_way() -> None:
    """It gives way while it cleans up after its client has left: it is cancelled twice."""
    line, left, end = _line(places=2, give_way_s=0.02), asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with line.acquire("a"):
            try:
                await end.wait()
            finally:
                left.set()
                await end.wait()

    leaving, staying = asyncio.create_task(hold()), asyncio.create_task(_hold(line, "a", end))
    await asyncio.sleep(0)
    leaving.cancel()
    await left.wait()
    async with line.acquire("b"):
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert leaving.cancelling() == 1  # the other one was that of the queue
    end.set()
    await staying
    async with line.acquire("a"), line.acquire("b"):
        pass
