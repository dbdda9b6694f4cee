"""Parts of a snapshot: one reading at a time, and none that hangs holds up the scrapes."""

import asyncio

import pytest

from server.metrics import snapshot_part
from server.metrics.snapshot_part import SnapshotPart


async def test_concurrent_scrapes_share_a_reading() -> None:
    readings = 0

    async def read() -> int:
        nonlocal readings
        readings += 1
        await asyncio.sleep(0)
        return readings

    part = SnapshotPart(read, interval_s=60)
    assert await asyncio.gather(*[part.refresh() for _ in range(5)]) == [True] * 5
    assert await part.refresh()
    assert (readings, part.value) == (1, 1)


async def test_a_reading_that_hangs_delays_one_scrape_and_is_used_when_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot_part, "_MAX_WAIT_S", 0.02)
    values: list[asyncio.Future[int]] = []

    async def read() -> int:
        values.append(asyncio.get_running_loop().create_future())
        return await values[-1]

    part = SnapshotPart(read, interval_s=0)
    assert not await part.refresh()
    monkeypatch.setattr(snapshot_part, "_MAX_WAIT_S", 3600)
    assert not await part.refresh()
    assert (len(values), part.value) == (1, None)
    values[0].set_result(7)
    await asyncio.sleep(0.01)
    assert await part.refresh()
    assert part.value == 7
    reading = asyncio.ensure_future(part.refresh())
    await asyncio.sleep(0.01)
    await part.close()
    assert not await reading


async def test_a_reading_that_fails_is_logged_and_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    results = iter([OSError("no disk"), 3])

    async def read() -> object:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    part = SnapshotPart(read, interval_s=0)
    assert not await part.refresh()
    assert "metrics.read_failed" in caplog.text
    assert await part.refresh()
    assert part.value == 3
