"""Webhooks that are due: nobody's are hidden by those of another."""

from dataclasses import replace

from server.jobs.model.job import Status, now_ms
from server.jobs.store.store import Store
from tests.jobs.conftest import MakeJob


async def _end(store: Store, make_job: MakeJob, owner: str, host: str) -> None:
    job = replace(make_job(), owner=owner, webhook=f"https://{host}/?secret=1")
    await store.jobs.add(job, 9999)
    await store.jobs.transition(job.id, Status.CANCELLED)


async def test_each_party_and_each_of_its_hosts_has_its_first(
    store: Store, make_job: MakeJob
) -> None:
    for _ in range(6):
        await _end(store, make_job, "many", "A.example")
    await _end(store, make_job, "many.token-of-the-key-x", "b.example.")
    await _end(store, make_job, "few", "a.example")
    for host in ("c.example", "c.example", "c.example", "d.example"):
        await _end(store, make_job, "", host)
    due = await store.webhooks.list_due(now_ms(), 2)
    shown = [(webhook.owner, webhook.host) for webhook in due]
    assert sorted(shown) == [
        ("", "c.example:443"),
        ("", "c.example:443"),
        ("", "d.example:443"),
        ("few", "a.example:443"),
        ("many", "a.example:443"),
        ("many", "b.example:443"),
    ]
    assert [webhook.next_at for webhook in due] == sorted(webhook.next_at or 0 for webhook in due)


async def test_the_webhooks_of_jobs_are_returned_by_their_ids(
    store: Store, make_job: MakeJob
) -> None:
    await _end(store, make_job, "a", "a.example")
    live = replace(make_job(), webhook="https://a.example")
    await store.jobs.add(live, 9)
    ids = [job.id for job in await store.jobs.list_recent(9)]
    webhooks = await store.webhooks.of_jobs(ids)
    assert [*webhooks] == [job_id for job_id in ids if job_id != live.id]
    assert await store.webhooks.of_jobs([]) == {}
