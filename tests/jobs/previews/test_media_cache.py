"""The cache of decoded media: what is complete, what is kept, what is removed."""

import asyncio
import os
from pathlib import Path

import pytest

from server.jobs.previews.media_cache import MediaCache
from server.jobs.previews.shared_work import SharedWork
from tests.harness.slots import until


def media_cache(root: Path, limit_bytes: int, linger_s: float = 0.0) -> MediaCache:
    return MediaCache(root, limit_bytes, SharedWork(linger_s))


async def fill(folder: Path) -> None:
    (folder / "media").write_bytes(bytes(600))


async def use(cache: MediaCache, key: str, at_s: int) -> None:
    """Open an entry that was used last at that time."""
    async with cache.open(key, fill) as folder:
        os.utime(folder, (at_s, at_s))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_an_entry_is_made_once_even_for_two_at_a_time(tmp_path: Path) -> None:
    cache, made = media_cache(tmp_path / "cache", 1000), []

    async def make(folder: Path) -> None:
        made.append(folder)
        await asyncio.sleep(0.01)
        await fill(folder)

    async def read() -> bytes:
        async with cache.open("a", make) as folder:
            return (folder / "media").read_bytes()

    assert list(await asyncio.gather(read(), read())) == [bytes(600)] * 2
    assert len(made) == 1


async def test_nothing_is_left_of_an_entry_that_could_not_be_made(tmp_path: Path) -> None:
    cache = media_cache(tmp_path, 1000)

    async def fail(folder: Path) -> None:
        await fill(folder)
        raise LookupError

    with pytest.raises(LookupError):
        async with cache.open("a", fail):
            pass
    assert not names(tmp_path)
    await use(cache, "a", 1)
    assert names(tmp_path) == {"a"}


async def test_the_entry_used_longest_ago_makes_space(tmp_path: Path) -> None:
    cache = media_cache(tmp_path, 1300)
    await use(cache, "old", 1)
    await use(cache, "new", 2)
    await use(cache, "old", 3)
    await use(cache, "third", 4)
    assert names(tmp_path) == {"old", "third"}


async def test_an_entry_in_use_is_kept(tmp_path: Path) -> None:
    cache = media_cache(tmp_path, 100)
    async with cache.open("a", fill):
        await use(cache, "b", 2)
        assert names(tmp_path) == {"a", "b"}  # too much, but both are in use when it is measured
        await cache.shrink()
        assert names(tmp_path) == {"a"}


async def test_the_excess_is_removed_once_it_is_out_of_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.jobs.previews.media_cache._INTERVAL_S", 0.01)
    cache = media_cache(tmp_path, 1000)
    async with cache.open("a", fill), cache.open("b", fill):
        shrinking = asyncio.create_task(cache.shrink_regularly())
        await asyncio.sleep(0.05)
        assert names(tmp_path) == {"a", "b"}
    await until(lambda: len(names(tmp_path)) == 1)
    shrinking.cancel()
    await asyncio.gather(shrinking, return_exceptions=True)


async def test_the_start_removes_unfinished_entries_and_the_excess(tmp_path: Path) -> None:
    await use(media_cache(tmp_path, 10_000), "a", 1)
    await use(media_cache(tmp_path, 10_000), "b", 2)
    (tmp_path / "c.part").mkdir()
    media_cache(tmp_path, 700).sweep()
    assert names(tmp_path) == {"b"}


async def test_an_entry_is_made_for_those_who_wait_when_the_first_one_leaves(
    tmp_path: Path,
) -> None:
    cache, begun, go = media_cache(tmp_path, 1000), asyncio.Event(), asyncio.Event()

    async def make(folder: Path) -> None:
        begun.set()
        await go.wait()
        await fill(folder)

    async def read() -> bytes:
        async with cache.open("a", make) as folder:
            return (folder / "media").read_bytes()

    first = asyncio.create_task(read())
    await begun.wait()
    second = asyncio.create_task(read())
    await until(lambda: cache._work._running["a"].waiters == 2)
    begun.clear()
    first.cancel()
    await asyncio.wait((first,))
    await cache.shrink()
    go.set()
    assert await second == bytes(600)
    assert not begun.is_set(), "it was not begun again"


async def test_an_entry_that_nobody_waits_for_is_not_made(tmp_path: Path) -> None:
    cache, begun = media_cache(tmp_path, 1000), asyncio.Event()

    async def make(folder: Path) -> None:
        (folder / "half").touch()
        begun.set()
        await asyncio.Event().wait()

    async def wait_for_it() -> None:
        async with cache.open("a", make):
            raise AssertionError

    waiting = asyncio.create_task(wait_for_it())
    await begun.wait()
    waiting.cancel()
    await asyncio.wait((waiting,))
    await use(cache, "a", 1)  # waits for the end of what is being stopped
    assert names(tmp_path) == {"a"}
    assert names(tmp_path / "a") == {"media"}


async def test_a_client_that_comes_back_at_once_finds_the_work_going_on(tmp_path: Path) -> None:
    cache = media_cache(tmp_path, 1000, linger_s=600)
    begun, go = asyncio.Event(), asyncio.Event()

    async def make(folder: Path) -> None:
        assert not begun.is_set()
        begun.set()
        await go.wait()
        await fill(folder)

    async def wait_for_it() -> None:
        async with cache.open("a", make):
            pass

    first = asyncio.create_task(wait_for_it())
    await begun.wait()
    first.cancel()
    await asyncio.wait((first,))
    again = asyncio.create_task(wait_for_it())
    await asyncio.sleep(0.01)
    go.set()
    await again
    assert names(tmp_path) == {"a"}
