"""The EventSource of a browser, in a page of another origin."""

import pytest

from server.http.limits import HttpLimits
from server.jobs.model.job import Status
from tests.harness.browser import Page
from tests.harness.limits import HANG_S
from tests.http.conftest import Start
from tests.http.handlers.exports.test_events import Limits

pytestmark = pytest.mark.browser

FOLLOW = """
const heard = []
const events = new EventSource("%s")
for (const name of ["job", "completed", "failed", "cancelled"])
  events.addEventListener(name, ({ data, lastEventId }) =>
    heard.push([name, lastEventId, JSON.parse(data).progress]))
"""


@pytest.mark.slow
async def test_an_event_source_follows_a_job_and_ends_with_it(
    start: Start, limits: Limits, origin: str, page: Page
) -> None:
    """Let the browser connect again after the last event: 204 ends that."""
    quick: HttpLimits = limits(event_interval_s=0.0)
    running = await start(quick, cors_origins=(origin.rstrip("/"),))
    job = await running.add_job()
    jobs = running.service.store.jobs
    await page.open(origin)
    await page.run(FOLLOW % f"{running.url}/export/{job.id}/events")
    await page.until("heard.length === 1", HANG_S)
    await jobs.transition(job.id, Status.PROCESSING, progress=30)
    await page.until("heard.length === 2", HANG_S)
    await jobs.transition(job.id, Status.COMPLETED, progress=100)
    await page.until("events.readyState === EventSource.CLOSED", HANG_S)
    assert await page.run("heard") == [
        ["job", "0", 0],
        ["job", "1", 30],
        ["completed", "2", 100],
    ]
    requests = [each["url"] for each in page.requests() if "/events" in each["url"]]
    assert len(requests) == 2
