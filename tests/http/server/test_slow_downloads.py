"""Many downloads that nobody reads: they cost no memory and do not delay the end of the server."""

import asyncio
import os
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from server.jobs.model.job import Status, now_ms
from server.jobs.storage.artifacts import FILES
from server.jobs.store.store import Store
from tests.harness.limits import HANG_S
from tests.harness.processes import rss_bytes
from tests.http.made_job import new_job
from tests.http.server.conftest import Spawn, port_of
from tests.http.wire import exchange, head

_VIDEO_BYTES = 100_000_000
_CLIENTS = 100


async def _completed_job(data: Path) -> str:
    """Leave a completed job with a large video, as another server would have."""
    job = new_job()
    folder = data / "jobs" / job.id
    folder.mkdir(parents=True)
    with (folder / FILES["video"]).open("wb") as video:
        os.truncate(video.fileno(), _VIDEO_BYTES)
    store = Store(data / "jobs.db")
    await store.jobs.add(job, bound=1)
    await store.jobs.transition(job.id, Status.PROCESSING)
    times = {"finished_at": now_ms(), "expires_at": now_ms() + 3_600_000}
    await store.jobs.transition(job.id, Status.COMPLETED, progress=100, **times)
    store.close()
    return job.id


@pytest.mark.slow
@pytest.mark.fault("J05")
async def test_slow_downloads_take_no_memory_and_end_with_the_server(
    spawn: Spawn, tmp_path: Path
) -> None:
    job_id = await _completed_job(tmp_path / "data")
    process = spawn(MAX_PARALLEL_EXPORTS="0", DRAIN_SEC="1")
    port = await asyncio.to_thread(port_of, process)
    assert (await exchange(port, head(f"GET /export/{job_id}"))).status == 200
    before = rss_bytes(process.pid)
    loop = asyncio.get_running_loop()
    with ExitStack() as clients:
        for _ in range(_CLIENTS):
            client = clients.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", port))
            await loop.sock_sendall(client, head(f"GET /download/{job_id}"))
            assert (await loop.sock_recv(client, 15)).startswith(b"HTTP/1.1 200 OK")
        for _ in range(20):
            assert (await exchange(port, head(f"GET /export/{job_id}"))).status == 200
        grown = rss_bytes(process.pid) - before
        assert grown < _CLIENTS * 2_000_000, grown
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, HANG_S) == 0
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
