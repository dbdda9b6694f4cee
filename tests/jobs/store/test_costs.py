"""Contract of every job store: costs of frames."""

import pytest

from server.jobs.store.costs import MAX_COSTS
from server.jobs.store.store import Store


async def test_pace_follows_what_is_measured(store: Store) -> None:
    await store.costs.record("spin", 100, 3.0)
    assert await store.costs.all() == [("spin", 100, 3.0)]
    await store.costs.record("spin", 100, 0.0)
    assert await store.costs.all() == [("spin", 100, 2.0)]


async def test_costs_are_kept_by_chain_and_size(store: Store) -> None:
    await store.costs.record("spin", 100, 1.0)
    await store.costs.record("spin", 200, 2.0)
    await store.costs.record("spin+blur", 100, 3.0)
    expected = [("spin", 100, 1.0), ("spin", 200, 2.0), ("spin+blur", 100, 3.0)]
    assert sorted(await store.costs.all()) == expected


async def test_the_oldest_costs_are_deleted_over_the_limit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_COSTS >= 100
    monkeypatch.setattr("server.jobs.store.costs.MAX_COSTS", 3)
    for pixels in range(5):
        await store.costs.record("spin", pixels, 1.0)
    assert sorted(pixels for _, pixels, _ in await store.costs.all()) == [2, 3, 4]
