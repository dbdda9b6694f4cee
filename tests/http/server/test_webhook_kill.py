"""A webhook survives the death of the server at each step: it is delivered at least once."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from server.jobs.model.webhook import Webhook
from server.jobs.store.store import Store
from tests.harness.limits import HANG_S
from tests.harness.webhook_receiver import CERTIFICATE, OK, SECRET, SILENCE, Receiver
from tests.http.made_job import new_job
from tests.http.server.conftest import Spawn, port_of
from tests.http.wire import exchange, head


async def _webhook(store: Store) -> Webhook:
    [webhook] = await store.webhooks.list_recent(2)
    return webhook


@pytest.mark.slow
@pytest.mark.fault("K09", "L04")
async def test_a_webhook_is_delivered_after_a_kill(spawn: Spawn, tmp_path: Path) -> None:
    """Kill the server with SIGKILL while a receiver has the message and has not answered (L04)."""
    (tmp_path / "data").mkdir()
    store = Store(tmp_path / "data" / "jobs.db")
    settings = {
        "MAX_PARALLEL_EXPORTS": "0",
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_ALLOWED_HOSTS": "localhost",
        "SSL_CERT_FILE": str(CERTIFICATE),
    }
    async with Receiver(lambda number: SILENCE if number == 1 else OK) as receiver:
        job = replace(new_job(), webhook=receiver.url)
        await store.jobs.add(job, bound=1)
        process = spawn(**settings)
        port = await asyncio.to_thread(port_of, process)
        assert (await exchange(port, head(f"DELETE /export/{job.id}"))).status == 200
        await receiver.received(1)
        process.kill()
        await asyncio.to_thread(process.wait)
        assert (await _webhook(store)).state == "pending"
        await asyncio.to_thread(port_of, spawn(**settings))
        first, second = await receiver.received(2)
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body
        async with asyncio.timeout(HANG_S):
            while True:
                if (await _webhook(store)).state == "delivered":
                    break
                await asyncio.sleep(0.05)
    store.close()
