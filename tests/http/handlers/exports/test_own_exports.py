"""GET /exports: the jobs of a key, page by page."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.jobs.model.job import Status
from server.jobs.model.job_cursor import JobCursor
from tests.http.conftest import Keyed, Running
from tests.http.wire import exchange, head


async def _page(keyed: Keyed, query: str = "", key: str = "own") -> Any:
    response = await keyed.send(f"GET /exports{query}", key)
    assert response.status == 200, response.body
    return response.json


async def test_pages_have_every_job_of_the_key_once(keyed: Keyed) -> None:
    store = keyed.running.service.store.jobs
    added = []
    for number in range(7):
        job = await keyed.add_job("own")
        await store.update(job.id, created_at=1000 + number // 3)  # several at one time
        added.append((1000 + number // 3, job.id))
    await keyed.add_job("other")
    newest_first = [job_id for _, job_id in sorted(added, reverse=True)]
    pages, query = [], "?limit=3"
    while True:
        page = await _page(keyed, query)
        pages.append([job["jobId"] for job in page["exports"]])
        if page["nextCursor"] is None:
            break
        query = f"?limit=3&cursor={page['nextCursor']}"
        await keyed.add_job("own")  # does not move the pages
    assert pages == [newest_first[:3], newest_first[3:6], newest_first[6:]]
    assert len((await _page(keyed, key="other"))["exports"]) == 1
    assert await _page(keyed, key="premium") == {"exports": [], "nextCursor": None}


async def test_jobs_of_a_status_are_selected_as_they_are_shown(keyed: Keyed) -> None:
    queued = await keyed.add_job("own")
    done = await keyed.add_job("own", is_finished=True)
    shown = await keyed.send(f"GET /export/{done.id}", "own")
    assert (await _page(keyed, "?status=completed"))["exports"] == [shown.json]
    (entry,) = (await _page(keyed, "?status=queued"))["exports"]
    assert (entry["jobId"], entry["queuePosition"]) == (queued.id, 1)
    assert (await _page(keyed, f"?status={Status.FAILED}"))["exports"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1e1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("status=done", "status"),
        ("cursor=", "cursor"),
        ("cursor=1-../../etc/passwd", "cursor"),
        ("owner=other", "owner"),
    ],
)
async def test_an_invalid_query_is_refused(keyed: Keyed, query: str, field: str) -> None:
    response = await keyed.send(f"GET /exports?{query}", "own")
    assert (response.status, response.json["field"]) == (422, field)


async def test_without_keys_nothing_is_listed(running: Running) -> None:
    response = await exchange(running.port, head("GET /exports", "Accept-Language: ru"))
    assert (response.status, response.code) == (404, "not_found")
    assert "ключам API" in response.json["error"]


@given(st.integers(0, 10**15 - 1), st.from_regex("[A-Za-z0-9_-]{22}", fullmatch=True))
def test_a_cursor_is_read_as_it_was_written(created_at: int, job_id: str) -> None:
    cursor = JobCursor(created_at, job_id)
    assert JobCursor.parse(str(cursor)) == cursor


@given(st.text())
def test_any_text_is_a_cursor_or_not(text: str) -> None:
    cursor = JobCursor.parse(text)
    assert cursor is None or cursor.created_at >= 0
