"""Many clients at once while two exports are drawn: responses, losses, and what is left over.

    python -m bench.load [--submits 1000] [--addresses 60] [--rates 2000 500 100] [--seconds 60]

It starts its own server, behind a proxy as it believes (TRUSTED_PROXIES), and keeps two exports of
`breathe` at 640x360 drawing. Then, one after the other:

submits  exports of 3 s posted at one moment, each on its own connection: the kind and the latency
         of each response; every accepted job must be in the table, and no other
polls    `GET /export/{jobId}` on 64 connections: the first rate for --seconds, each other one for a
         quarter of that
held     500 event streams, 100 downloads at 8 kB/s and 100 uploads at 10 kB/s, each from another
         address, at one time; next to them 100 polls a second and a normal export

and what the server holds before and after. Returns 1 if anything was lost or is left over.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from bench.speed.server import RunningServer, running_server
from bench.traffic.footprint import Footprint, processor_s
from bench.traffic.loaded_server import LoadedServer
from bench.traffic.polls import poll
from bench.traffic.slow_clients import download_slowly, follow, upload_slowly
from server.http.server.descriptors import raise_limit
from tests.harness import client, media, validation_results

_STREAMS, _DOWNLOADS, _UPLOADS = 500, 100, 100
_DOWNLOAD_RATE, _UPLOAD_RATE = 8000, 10_000
_POLLED_JOBS = 48
_HELD_S = 20
_REST_S = 90
"""Time in which everything that clients held has to be released."""
_GROWTH_MB = 64
"""Memory that may stay: what is loaded and cached by the first use, and blocks of Python's
allocator of which a part is in use. Growth with time is measured by bench.soak."""
_SETTINGS = {
    "PLANS": "free=360,premium=360",
    "TRUSTED_PROXIES": "127.0.0.1",
    "MIN_FREE_MB": "0",
}


async def _frames_a_second(load: LoadedServer, seconds: float) -> float:
    before = load.frames
    await asyncio.sleep(seconds)
    return (load.frames - before) / seconds


async def measure_submits(load: LoadedServer, count: int, addresses: int) -> list[str]:
    """Post exports at one moment, print the times by kind; return the ids of accepted jobs."""

    async def timed(number: int) -> tuple[str, str | None, float]:
        began = time.monotonic()
        outcome = await load.submit(f"198.51.100.{number % addresses}")
        return *outcome, time.monotonic() - began

    earlier = load.jobs("plan = 'free'")
    answers = await asyncio.gather(*map(timed, range(count)))
    seconds = defaultdict(list)
    for outcome, _, took in answers:
        seconds[outcome].append(took)
    print(f"{'submits':24} {'count':>5} {'p50 s':>7} {'p99 s':>7} {'max s':>7}")
    for outcome, times in sorted(seconds.items()):
        times.sort()
        middle, late = (times[int(part * (len(times) - 1))] for part in (0.5, 0.99))
        print(f"{outcome:24} {len(times):5} {middle:7.2f} {late:7.2f} {times[-1]:7.2f}")
    accepted = [job_id for _, job_id, _ in answers if job_id]
    refused = sum(len(seconds[outcome]) for outcome in seconds if outcome[:3] in ("429", "503"))
    load.check(
        len(accepted) + refused == count,
        f"{count - len(accepted) - refused} exports without answer",
    )
    load.check(load.jobs("plan = 'free'") - earlier == {*accepted}, "the table has other jobs")
    return accepted


async def measure_polls(
    load: LoadedServer, jobs: list[str], rates: list[int], seconds: int
) -> None:
    """Request the states of jobs at each rate, and print the times."""
    paths = [f"/export/{job_id}" for job_id in jobs]
    for rate in rates:
        before = processor_s(load.server.pid)
        result = await poll(load.port, paths, rate, seconds if rate == rates[0] else seconds / 4)
        used_ms = 1000 * (processor_s(load.server.pid) - before) / result.answered
        print(f"polls  {result}; processor time of the server {used_ms:.2f} ms each")
        load.check(set(result.statuses) == {200}, f"polls were answered {result.statuses}")


async def measure_held(load: LoadedServer, jobs: list[str], finished: str) -> None:
    """Hold streams, downloads and uploads open, and print what becomes of them and of others."""
    body, kind = client.form(
        {"effect": "breathe", "audio": media.wav(3.0), "photo": load.media.photo}
    )
    firsts, ends = Counter[str](), Counter[str]()

    async def listen(job_id: str) -> None:
        with contextlib.suppress(ConnectionError):
            version = -1
            async for event in follow(load.port, job_id):
                firsts["events"] += version == -1
                load.check(event.version >= version, "an event out of order")
                version = event.version
                ends[event.name] += event.name != "job"

    async def upload(number: int) -> str:
        address = f"203.0.113.{number}"
        try:
            return str(await upload_slowly(load.port, body, kind, _UPLOAD_RATE, address))
        except ConnectionError as error:
            return str(error)

    listeners = [asyncio.create_task(listen(jobs[at % len(jobs)])) for at in range(_STREAMS)]
    downloads = [
        asyncio.create_task(download_slowly(load.port, finished, _DOWNLOAD_RATE))
        for _ in range(_DOWNLOADS)
    ]
    uploads = [asyncio.create_task(upload(number)) for number in range(_UPLOADS)]
    await asyncio.sleep(_HELD_S / 4)
    print(f"held   {load.footprint()}")
    polled = asyncio.create_task(
        poll(load.port, [f"/export/{job_id}" for job_id in jobs], 100, _HELD_S / 2)
    )
    began = time.monotonic()
    outcome, _ = await load.submit("192.0.2.77")
    print(f"held   a normal export next to them: {outcome} after {time.monotonic() - began:.2f} s")
    print(f"polls  {await polled}")
    load.check(firsts["events"] == _STREAMS, f"{firsts['events']} of {_STREAMS} streams began")
    cut = [task.exception() for task in downloads if task.done() and task.exception()]
    load.check(not cut, f"{len(cut)} slow downloads were cut off: {cut[:1]}")
    answered = Counter(task.result() for task in uploads if task.done())
    print(f"held   {_UPLOADS} slow uploads: {dict(answered)}, the others are still sending")
    began = time.monotonic()
    await asyncio.gather(*map(load.cancel, jobs))
    await asyncio.gather(*listeners)
    print(f"held   the last event of {_STREAMS} streams: {time.monotonic() - began:.2f} s")
    load.check(sum(ends.values()) == _STREAMS, f"final events: {dict(ends)}")
    for task in (*downloads, *uploads):
        task.cancel()
    await asyncio.gather(*downloads, *uploads, return_exceptions=True)


async def _settle(load: LoadedServer, before: Footprint) -> Footprint:
    """Wait until the server holds no more than before, and return what it holds."""
    deadline = time.monotonic() + _REST_S
    limit_mb = before.memory_mb + _GROWTH_MB
    while (
        (now := load.footprint()).descriptors > before.descriptors
        or now.children
        or now.memory_mb > limit_mb
    ):
        if time.monotonic() > deadline:
            load.check(False, f"left over: {now}")
            break
        await asyncio.sleep(1)
    return load.footprint()


async def measure(load: LoadedServer, options: argparse.Namespace) -> None:
    """Run all phases and print their figures."""
    finished = await load.complete("192.0.2.1")
    await load.session.close()
    load.open_session()
    before = await _settle(load, load.footprint())
    drawing = [asyncio.create_task(load.keep_drawing()) for _ in range(2)]
    await load.until_drawing(2)
    undisturbed = await _frames_a_second(load, options.seconds / 4)
    accepted = await measure_submits(load, options.submits, options.addresses)
    jobs, others = accepted[:_POLLED_JOBS], accepted[_POLLED_JOBS:]
    await asyncio.gather(*map(load.cancel, others))
    began, frames = time.monotonic(), load.frames
    await measure_polls(load, jobs, options.rates, options.seconds)
    rate = (load.frames - frames) / (time.monotonic() - began)
    print(f"       frames/s of both exports: {undisturbed:.1f}, and {rate:.1f} next to the polls")
    await measure_held(load, jobs, finished)
    for task in drawing:
        task.cancel()
    await asyncio.gather(*drawing, return_exceptions=True)
    await load.cancel_all()
    await load.session.close()
    print(f"before {before}")
    print(f"after  {await _settle(load, before)}")


async def _run(server: RunningServer, folder: Path, options: argparse.Namespace) -> list[str]:
    load = LoadedServer(server, folder)
    try:
        await measure(load, options)
    finally:
        await load.session.close()
    return load.problems


def main() -> int:
    """Start a server, load it, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submits", type=int, default=1000)
    parser.add_argument("--addresses", type=int, default=60)
    parser.add_argument("--rates", type=int, nargs="+", default=[2000, 500, 100])
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    raise_limit()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Else its effects would be validated while it is measured.
        validation_results.save(folder / "data", validation_results.valid_effects())
        with running_server(folder, **_SETTINGS) as server:
            problems = asyncio.run(_run(server, folder, options))
    for problem in problems:
        print(f"PROBLEM {problem}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
