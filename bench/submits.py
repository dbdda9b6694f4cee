"""Many exports submitted at once: the kind and the latency of each response.

    python -m bench.submits [--count 300] [--addresses 1] [--queue 100]

It starts its own server, with an empty data folder and a bounded queue, and posts small songs and
photos to it over as many connections. With several addresses, each request has one of them in
`X-Forwarded-For`, as behind a proxy of TRUSTED_PROXIES.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import aiohttp

from bench.speed.server import make_form, running_server
from server.samples import sample_files

_MAX_S = 300


async def submit(
    session: aiohttp.ClientSession, url: str, files: dict[str, bytes], address: str | None
) -> tuple[str, float]:
    """Post one export; return the status with the code, and the seconds until the response."""
    form = make_form({"effect": "breathe", "duration": "3"}, files)
    headers = {"X-Forwarded-For": address} if address else {}
    began = time.monotonic()
    try:
        async with session.post(f"{url}/export", data=form, headers=headers) as answer:
            payload = await answer.json()
            outcome = f"{answer.status} {payload.get('code') or ''}".strip()
    except (aiohttp.ClientError, TimeoutError) as error:
        outcome = type(error).__name__
    return outcome, time.monotonic() - began


async def submit_all(url: str, files: dict[str, bytes], count: int, addresses: int) -> None:
    """Post `count` exports at once and print the times by kind of response."""
    names = [f"198.51.100.{number}" if addresses > 1 else None for number in range(addresses)]
    limits = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=_MAX_S)
    async with aiohttp.ClientSession(connector=limits, timeout=timeout) as session:
        work = [submit(session, url, files, names[at % addresses]) for at in range(count)]
        answers = await asyncio.gather(*work)
    seconds = defaultdict(list)
    for outcome, took in answers:
        seconds[outcome].append(took)
    print(f"{'answer':24} {'count':>5} {'p50 s':>7} {'p99 s':>7} {'max s':>7}")
    for outcome, times in sorted(seconds.items()):
        times.sort()
        middle, late = (times[int(part * (len(times) - 1))] for part in (0.5, 0.99))
        print(f"{outcome:24} {len(times):5} {middle:7.2f} {late:7.2f} {times[-1]:7.2f}")


def main() -> int:
    """Start a server, submit, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--addresses", type=int, default=1)
    parser.add_argument("--queue", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = sample_files.write(Path(folder))
        files = {"audio": made.mp3.read_bytes(), "photo": made.photo.read_bytes()}
        settings = {
            "MAX_QUEUED_EXPORTS": str(options.queue),
            "TRUSTED_PROXIES": "127.0.0.1",
            "PLANS": "free=360",
        }
        with running_server(Path(folder), **settings) as server:
            asyncio.run(submit_all(server.url, files, options.count, options.addresses))
    return 0


if __name__ == "__main__":
    sys.exit(main())
