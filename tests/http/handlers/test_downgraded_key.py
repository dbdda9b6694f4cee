"""A job keeps the plan of the key that it was accepted with."""

import json

import pytest

from tests.harness.limits import HANG_S
from tests.http.conftest import StartKeyed
from tests.http.wire import part


@pytest.mark.slow
@pytest.mark.fault("E05")
async def test_a_job_that_runs_keeps_its_plan_when_the_key_loses_it(
    start_keyed: StartKeyed, media: tuple[bytes, bytes]
) -> None:
    keyed = await start_keyed(max_parallel_exports=1)
    service, path = keyed.running.service, keyed.running.config.api_keys_file
    keys = service.access.keys
    assert path is not None
    assert keys is not None
    files = part("audio", media[0], filename="a"), part("photo", media[1], filename="p")
    plan = part("plan", "premium")
    accepted = await keyed.submit("premium", plan, part("duration", "0.1"), *files)
    assert accepted.status == 202, accepted.body
    job_id = accepted.json["jobId"]
    entries = json.loads(path.read_text())["keys"]
    for entry in entries:
        entry["plan"] = "free"
    path.write_text(json.dumps({"keys": entries}))
    assert await keyed.running.until(
        lambda: (key := keys.get("premium")) is not None and key.plan == "free"
    )
    service.machine.report = None
    await service.start()

    async def is_done() -> bool:
        job = await service.store.jobs.get(job_id)
        return job is not None and job.is_final

    assert await keyed.running.until(is_done, HANG_S)
    done = (await keyed.send(f"GET /export/{job_id}", "premium")).json
    assert (done["status"], done["plan"]) == ("completed", "premium"), done["error"]
    assert done["resolution"] == {"width": 128, "height": 72}
    assert (await keyed.send(f"GET {done['downloadUrl']}")).status == 200
    refused = await keyed.submit("premium", plan)
    assert (refused.status, refused.code) == (403, "plan_not_allowed")
