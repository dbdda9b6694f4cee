"""Contract of every job store: idempotency keys."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.errors import ToqiboxError
from server.jobs.model.idempotent_request import AcceptedRequest, IdempotentRequest
from server.jobs.store.store import Store
from tests.jobs.conftest import MakeJob
from tests.jobs.store.conftest import OpenStore


async def test_a_key_is_kept_with_its_job_for_its_owner(
    open_store: OpenStore, make_job: MakeJob
) -> None:
    store = open_store()
    await store.jobs.add(make_job("one"), 9, IdempotentRequest("me", "key", "f1"))
    await store.jobs.add(make_job("two"), 9, IdempotentRequest("you", "key", "f2"))
    await store.jobs.add(make_job("three"), 9)
    store.close()
    store = open_store()
    assert await store.idempotency.find("me", "key", 0) == AcceptedRequest("f1", "one")
    assert await store.idempotency.find("you", "key", 0) == AcceptedRequest("f2", "two")
    assert await store.idempotency.find("me", "other", 0) is None


async def test_a_refused_job_leaves_its_key_free(store: Store, make_job: MakeJob) -> None:
    with pytest.raises(ToqiboxError):
        await store.jobs.add(make_job("one"), 0, IdempotentRequest("me", "key", "f1"))
    assert await store.idempotency.find("me", "key", 0) is None


@pytest.mark.fault("H02")
async def test_job_and_key_are_stored_together_or_not_at_all(
    store: Store, make_job: MakeJob, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as table:
        table.execute("""CREATE TRIGGER refuse BEFORE INSERT ON idempotency
                         BEGIN SELECT raise(ABORT, 'as if killed'); END""")
    with pytest.raises(sqlite3.IntegrityError):
        await store.jobs.add(make_job("one"), 9, IdempotentRequest("me", "key", "f1"))
    assert await store.jobs.get("one") is None


async def test_an_expired_key_is_free_and_pruned(store: Store, make_job: MakeJob) -> None:
    old, new = make_job("old"), make_job("new")
    await store.jobs.add(old, 9, IdempotentRequest("me", "key", "f1"))
    await store.jobs.add(new, 9, IdempotentRequest("me", "another", "f1"))
    assert await store.idempotency.find("me", "key", old.created_at) is None
    await store.jobs.add(make_job("again"), 9, IdempotentRequest("me", "key", "f2"))
    assert await store.idempotency.find("me", "key", 0) == AcceptedRequest("f2", "again")
    await store.idempotency.prune(new.created_at)
    assert await store.idempotency.find("me", "another", 0) is None
    assert await store.idempotency.find("me", "key", 0) is not None
