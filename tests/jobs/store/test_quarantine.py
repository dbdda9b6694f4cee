"""Contract of every job store: sources that hung or ended a worker."""

import asyncio
from typing import NoReturn

import pytest

from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.quarantine import MAX_QUARANTINED
from tests.jobs.store.conftest import OpenStore


async def test_sources_stay_in_quarantine_across_restarts(open_store: OpenStore) -> None:
    store = open_store()
    assert not await store.quarantine.holds_any([])
    assert not await store.quarantine.holds_any(["a"])
    await store.quarantine.add("a", "render_stalled", 1)
    await store.quarantine.add("a", "worker_crashed", 2)
    store.close()
    store = open_store()
    assert await store.quarantine.holds_any(["b", "a"])
    assert not await store.quarantine.holds_any(["b"])


async def test_sources_are_listed_and_accepted_again(open_store: OpenStore) -> None:
    store = open_store()
    for at, digest in enumerate(("a", "b", "c")):
        await store.quarantine.add(digest, "render_stalled", at)
    assert [entry.digest for entry in await store.quarantine.list_all()] == ["c", "b", "a"]
    await store.quarantine.remove(["a", "c", "unknown"])
    assert await store.quarantine.list_all() == [("b", "render_stalled", 1)]
    assert not await store.quarantine.holds_any(["a", "c"])


async def test_the_oldest_sources_leave_the_quarantine_over_the_limit(
    open_store: OpenStore,
) -> None:
    store = open_store()
    await store.quarantine.add("first", "render_stalled", 1)
    rows = [(f"n{number}", "", 2) for number in range(MAX_QUARANTINED - 1)]
    await store._database.write(
        lambda db: db.executemany("INSERT INTO quarantine VALUES (?, ?, ?)", rows)
    )
    assert await store.quarantine.holds_any(["first"])
    await store.quarantine.add("last", "render_stalled", 3)
    assert not await store.quarantine.holds_any(["first"])
    assert await store.quarantine.holds_any(["last"])


async def test_sources_that_cannot_be_written_are_refused_and_written_later(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise DiskFull("by the test")

    store = open_store()
    with monkeypatch.context() as disk:
        disk.setattr(store._database, "_write", fail)
        for digest in ("a", "b", "c"):
            with pytest.raises(DiskFull):
                await store.quarantine.add(digest, "render_stalled", 1)
    assert await store.quarantine.list_all() == []
    assert await store.quarantine.holds_any(["c"])
    await store.quarantine.remove(["c"])
    assert not await store.quarantine.holds_any(["c"])
    await store.quarantine.add("d", "render_stalled", 2)
    assert [entry.digest for entry in await store.quarantine.list_all()] == ["d", "b", "a"]
    await store.quarantine.remove(["b"])
    assert not await store.quarantine.holds_any(["b"])


async def test_a_source_that_was_written_can_be_lifted_although_its_caller_left(
    open_store: OpenStore,
) -> None:
    store = open_store()
    adding = asyncio.create_task(store.quarantine.add("a", "render_stalled", 1))
    await asyncio.sleep(0)
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    other = open_store()  # as the command does
    assert await other.quarantine.holds_any(["a"])
    await other.quarantine.remove(["a"])
    assert not await store.quarantine.holds_any(["a"])
