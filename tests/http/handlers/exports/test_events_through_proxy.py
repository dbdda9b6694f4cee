"""Event streams through a proxy that cuts every connection after a short while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.http.limits import HttpLimits
from server.jobs.model.job import Status, now_ms
from tests.harness.limits import HANG_S
from tests.http.conftest import Start
from tests.http.event_stream import Event, EventStream

Limits = Callable[..., HttpLimits]
_CUT_AFTER_S = 0.15


@asynccontextmanager
async def cutting_proxy(port: int) -> AsyncIterator[int]:
    """Forward connections to `port`, and abort each after a while; yield the port to use."""

    async def forward(client: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        upstream, upstream_out = await asyncio.open_connection("127.0.0.1", port)
        pumps = [
            asyncio.create_task(_pump(client, upstream_out)),
            asyncio.create_task(_pump(upstream, client_out)),
        ]
        await asyncio.wait([pumps[1]], timeout=_CUT_AFTER_S)
        for writer in (client_out, upstream_out):
            writer.transport.abort()
        await asyncio.wait(pumps)

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(4096):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        return
    sink.close()


class Client:
    """Follows a job to its end as an EventSource does: it connects again with its last id."""

    def __init__(self, port: int, job_id: str) -> None:
        self._port = port
        self._job_id = job_id
        self._received: asyncio.Queue[Event] = asyncio.Queue()
        self.events: list[Event] = []
        """Those that were read by `until`."""

    async def follow(self) -> int:
        """Return the number of connections that it took."""
        last_id: int | None = None
        for connections in range(1, 1000):
            try:
                async with EventStream(self._port, self._job_id, last_id=last_id) as stream:
                    while event := await stream.next():
                        self._received.put_nowait(event)
                        last_id = event.id
                    return connections
            except (EOFError, ConnectionError):
                continue
        raise AssertionError("the stream does not end")

    async def until(self, name: str, value: object) -> None:
        """Read events until a property of the job has this value."""
        while not self.events or self.events[-1].job[name] != value:
            self.events.append(await self._received.get())


async def test_a_stream_that_is_cut_again_and_again_loses_nothing(
    start: Start, limits: Limits
) -> None:
    running = await start(limits(event_interval_s=0.0, event_queue_interval_s=0.01))
    first, second = await running.add_job(), await running.add_job()
    jobs = running.service.store.jobs
    async with cutting_proxy(running.port) as port, asyncio.timeout(HANG_S):
        client = Client(port, second.id)
        following = asyncio.create_task(client.follow())
        await client.until("queuePosition", 2)
        await asyncio.sleep(2 * _CUT_AFTER_S)  # longer than a connection lives
        await jobs.transition(first.id, Status.PROCESSING)
        await client.until("queuePosition", 1)
        await jobs.transition(second.id, Status.PROCESSING)
        for progress in range(1, 6):
            await jobs.update(second.id, progress=progress)
            await client.until("progress", progress)
            await asyncio.sleep(_CUT_AFTER_S)
        done = {"progress": 100, "finished_at": now_ms(), "expires_at": now_ms() + 60_000}
        await jobs.transition(second.id, Status.COMPLETED, **done)
        await client.until("status", "completed")
        assert await following > 5, "the proxy has cut the stream"
    assert client.events[-1].name == "completed"
    seen = [(event.id, event.job["progress"]) for event in client.events]
    assert seen == sorted(seen)
