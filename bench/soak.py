"""Half an hour of good, bad, cancelled and killed work: growth of the server, and its promises.

    python -m bench.soak [MINUTES] [--seed N] [--open]

It starts its own server, with videos and uploads that expire after 30 s, and clients that submit
good exports and follow them, cancel, send bad forms, reset connections, request previews and read
everything else; each export has a webhook, whose receiver fails now and then. Others send a track
and a photo once and use them for cuts, previews and exports, remove them meanwhile, or let them
expire; repeat requests with their idempotency keys; make equal videos; and try the jobs of other
API keys and tokens (with --open the server has no keys). Every few seconds a worker or an ffmpeg is
killed, and in the first third of the time the server itself, both with SIGKILL.

Returns 1 if

* the second and the last quarter of the rest of the time differ: see traffic/flatness.py;
* a response was a 5xx, but for the 503 that docs/http.md lists;
* an accepted job has no end, or two, or the table has one that no client knows;
* an idempotency key made two jobs, or a key reached a job or an upload of another one;
* an error is not an error object, or something is left of an upload that has expired;
* a webhook was not delivered, or was not that of the end; events of a stream were out of order;
* anything is left over at the end: processes, descriptors, files of work in progress.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp

from bench.traffic import flatness
from bench.traffic.flatness import Sample
from bench.traffic.footprint import Footprint, list_descriptors
from bench.traffic.ledger import FINAL, Ledger
from bench.traffic.mixed_clients import MixedClients
from bench.traffic.requester import Requester
from bench.traffic.senders import Senders
from tests.harness import invariants
from tests.harness.server import Server, eventually
from tests.harness.webhook_receiver import CERTIFICATE, OK, SECRET, SILENCE, Receiver, Reply, status

_SAMPLE_S = 2.0
_WORKER_KILL_S, _SERVER_KILL_S = 6.0, 40.0
_END_S = 600.0
"""Time for jobs to end and webhooks to be delivered, after the last client."""
_UPLOAD_TTL_S = 30
_PURGE_S = 150.0
"""Time within which features that nothing uses are removed."""
_PREVIEWS_MB = 20
_IN_USE_MB = 15
"""Previews and cuts that were in use at once when the cache was last made smaller."""
_SETTINGS = {
    "RESULT_CACHE": "1",
    "RESULT_TTL_SEC": "30",
    "UPLOAD_TTL_SEC": str(_UPLOAD_TTL_S),
    "PREVIEW_CACHE_MB": str(_PREVIEWS_MB),
    "MAX_QUEUED_EXPORTS": "20",
    "WEBHOOK_SECRET": SECRET,
    "WEBHOOK_ALLOWED_HOSTS": "localhost",
    "SSL_CERT_FILE": str(CERTIFICATE),
}
_WORK = ("spool", "scratch", "frames", "features")
"""Folders without a file when nothing is done."""


class Soak:
    """A server that is killed, its clients, and what is measured meanwhile."""

    def __init__(self, server: Server, senders: Senders, ledger: Ledger, minutes: float) -> None:
        self._server = server
        self._senders = senders
        self._ledger = ledger
        self._seconds = 60 * minutes
        self._is_up = True
        self.kills: Counter[str] = Counter()
        self.samples: list[Sample] = []
        """Of the time in which the server lives."""
        self.idle: Footprint | None = None

    def footprint(self) -> Footprint:
        return Footprint.measure(self._server.pid, self._server.data)

    async def run(self, receiver: Receiver) -> None:
        """Let the clients work for the time, and wait until all that they began has ended."""
        url, port = f"http://127.0.0.1:{self._server.client.port}", self._server.client.port
        connector = aiohttp.TCPConnector(force_close=True)
        timeout = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as session:
            requester = Requester(session, port, self._ledger, receiver.url)
            clients = MixedClients(requester, self._senders, _UPLOAD_TTL_S)
            await clients.warm_up()
            await self._rest()
            self.idle = self.footprint()
            others = [
                asyncio.create_task(self._kill_workers()),
                asyncio.create_task(self._measure()),
            ]
            work = asyncio.create_task(clients.run())
            await self._kill_servers(self._seconds / 3)
            print(f"after the kills of the server: {self.footprint()}", flush=True)
            self.samples.clear()
            await asyncio.sleep(self._seconds * 2 / 3)
            await _cancel(*others)
            clients.stop()
            await work
        print(f"requests lost while the server was down, or by their client: {requester.lost}")

    async def finish(self, receiver: Receiver) -> None:
        """Wait until every job has ended and every webhook is delivered, and check all promises."""
        ended = f"status IN {FINAL}"
        await self._until(f"SELECT 1 FROM job WHERE NOT {ended} LIMIT 1", "jobs have not ended")
        pending = "SELECT 1 FROM webhook WHERE delivered_at IS NULL LIMIT 1"
        await self._until(pending, "webhooks are not delivered")
        rows = dict(self._rows("SELECT id, status FROM job"))
        self._ledger.check_rows(rows)
        bodies = [(message, json.loads(message.body)) for message in receiver.messages]
        messages = [
            (message.headers["webhook-id"], body["type"], body["data"]["jobId"])
            for message, body in bodies
        ]
        self._ledger.check_webhooks(messages, rows)
        print(f"{len(rows)} jobs: {dict(Counter(rows.values()))}; {len(messages)} webhook messages")
        codes = [code for code, _ in self._rows("SELECT error_code, id FROM job")]
        print(f"failed with: {dict(Counter(code for code in codes if code))}")
        await self._rest()
        await self._check_uploads()
        await asyncio.to_thread(eventually, lambda: not self._left(), within_s=_PURGE_S)
        self._ledger.check(not self._left(), f"left over: {self._left()[:5]}")
        assert self.idle is not None
        now = self.footprint()
        print(f"idle at first: {self.idle}\nidle at last:  {now}")
        for name in ("descriptors", "threads", "children"):
            before, after = (footprint.values()[name] for footprint in (self.idle, now))
            self._ledger.check(after <= before, f"idle, {name}: {before:.0f}, then {after:.0f}")
        if now.descriptors > self.idle.descriptors:
            print("open at last:", *list_descriptors(self._server.pid), sep="\n  ")
        limit_mb = _PREVIEWS_MB + _IN_USE_MB
        is_small = now.disk_mb <= limit_mb
        self._ledger.check(is_small, f"idle: {now.disk_mb:.1f} MB of files, not {limit_mb:.1f}")

    def _left(self) -> list[Path]:
        """Return the files of work in progress, and features that no preview has."""
        left = []
        for path in (path for folder in _WORK for path in (self._server.data / folder).rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_nlink == 1:
                    left.append(path)
        return left

    async def _check_uploads(self) -> None:
        """Wait until all uploads have expired and are swept, and check that nothing is left."""
        uploads = self._server.data / "uploads"

        def are_gone() -> bool:
            return all(path.suffix == ".gone" for path in uploads.iterdir())

        await asyncio.to_thread(eventually, are_gone, within_s=3 * _UPLOAD_TTL_S, every_s=0.5)
        self._ledger.check_uploads({path.name for path in uploads.iterdir()})
        print(f"{len(self._ledger.uploads)} uploads")

    async def _rest(self) -> None:
        """Wait until the server does nothing."""
        await asyncio.to_thread(eventually, lambda: not self._server.descendants(), within_s=_END_S)
        await asyncio.sleep(20)  # connections that were kept alive are closed

    async def _until(self, remaining: str, problem: str) -> None:
        """Wait until a query has no rows."""
        is_done = await asyncio.to_thread(
            eventually, lambda: not self._rows(remaining), within_s=_END_S, every_s=0.5
        )
        self._ledger.check(is_done, problem)

    def _rows(self, sql: str) -> list[tuple[str, str]]:
        table = sqlite3.connect(f"file:{self._server.data / 'jobs.db'}?mode=ro", uri=True)
        try:
            return table.execute(sql).fetchall()
        finally:
            table.close()

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(_SAMPLE_S)
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if self._is_up:
                    self.samples.append(Sample(self.footprint(), len(self._ledger.accepted)))

    async def _kill_workers(self) -> None:
        while True:
            await asyncio.sleep(random.uniform(0, 2 * _WORKER_KILL_S))
            if self._is_up:
                family = self._server.descendants("worker") + self._server.descendants("ffmpeg")
                if family and (victim := random.choice(family)).kill():
                    self.kills[victim.kind] += 1

    async def _kill_servers(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > _SERVER_KILL_S / 4:
            await asyncio.sleep(min(left, random.uniform(0.5, 1.5) * _SERVER_KILL_S))
            self._is_up = False
            await asyncio.to_thread(self._server.kill)
            self.kills["server"] += 1
            self._ledger.deaths += 1
            alone = await asyncio.to_thread(eventually, lambda: not self._server.left_running())
            self._ledger.check(alone, f"left running: {self._server.left_running()}")
            await asyncio.to_thread(self._server.start)
            # Again: a client may have read what the killed server had sent in between.
            self._ledger.deaths += 1
            self._is_up = True
        await asyncio.sleep(max(0.0, until - time.monotonic()))


async def _cancel(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _reply(_number: int) -> Reply:
    """Return the response to a webhook: one of twelve fails, and a few are never answered."""
    return random.choices((OK, status("500 Internal Server Error"), SILENCE), (100, 8, 1))[0]


def _check_log(log: Path, secrets: set[str], ledger: Ledger) -> None:
    """Count the events of the log that are warnings or errors, and note unexpected ones."""
    events: Counter[str] = Counter()
    text = log.read_text()
    ledger.check(not any(secret in text for secret in secrets), "a secret is in the log")
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            ledger.check(False, f"a line of the log is not JSON: {line[:300]}")
            continue
        if entry["level"] in ("warning", "error"):
            events[entry["event"]] += 1
        ledger.check("traceback" not in entry, f"{entry['event']}: {entry.get('traceback')}")
    print(f"warnings and errors in the log: {dict(events)}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def _run(folder: Path, minutes: float, ledger: Ledger, *, has_keys: bool) -> None:
    keys_file = folder / "keys.json" if has_keys else None
    senders, settings = Senders(keys_file), _SETTINGS
    if keys_file is not None:
        settings = {**_SETTINGS, "API_KEYS_FILE": str(keys_file)}
    server = Server(folder / "data", PORT=str(_free_port()), **settings)
    await asyncio.to_thread(server.start)
    try:
        async with Receiver(_reply) as receiver:
            soak = Soak(server, senders, ledger, minutes)
            await soak.run(receiver)
            await soak.finish(receiver)
        exit_status = await asyncio.to_thread(server.terminate)
        ledger.check(exit_status == 0, f"the server ended with {exit_status}")
        ledger.check(not server.left_running(), f"left running: {server.left_running()}")
    finally:
        server.__exit__()
    secrets = senders.secrets() | invariants.secrets_of(server.data, server.settings)
    _check_log(server.log, secrets, ledger)
    print(f"killed: {dict(soak.kills)}")
    print(f"responses: {dict(sorted(ledger.responses.items()))}")
    lines, problems = flatness.compare(soak.samples)
    print(f"{'medians of':12} {'quarter 2':>8} {'4':>8}", *lines, sep="\n")
    ledger.problems += problems


def main() -> int:
    """Soak a server for some minutes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--open", action="store_true", help="a server without API keys")
    options = parser.parse_args()
    random.seed(options.seed)
    ledger = Ledger()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MESA_SHADER_CACHE_DIR"] = f"{folder}/shaders"
        asyncio.run(_run(Path(folder), options.minutes, ledger, has_keys=not options.open))
    for problem in ledger.problems:
        print(f"PROBLEM {problem}")
    return int(bool(ledger.problems))


if __name__ == "__main__":
    sys.exit(main())
