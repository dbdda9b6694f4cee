"""Latency of POST /preview on an idle server: the first one, and those with a warm worker.

    python bench/previews.py [--effect ID] [--size WxH] [--runs N] [--json]

It starts a server of its own and requests frames of one effect, track and photo, which it sends as
files with each request. *cold* is the first: the media are decoded and analysed. *same* are
further frames of the same scene; *moved* have another value of a param each, as a control sends
them that is moved. Each has the median seconds, and their ratio to the time that `python -c
"import numpy, moderngl"` takes in the same run.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.latency import reference_s, serve, until_validated
from bench.speed.server import make_form
from server.samples import sample_files

KINDS = ("cold", "same", "moved")


async def request(
    session: aiohttp.ClientSession, url: str, files: dict[str, bytes], fields: dict[str, str]
) -> float:
    """Request one preview; return its seconds.

    Raises:
        RuntimeError: it was refused.
    """
    form = make_form(fields, files)
    began = time.monotonic()
    async with session.post(f"{url}/preview", data=form) as answer:
        body = await answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the preview was refused: {body[:300]!r}")
    return time.monotonic() - began


async def measure(url: str, folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the seconds by kind and those of the reference, in a list of one."""
    made = sample_files.write(folder)
    files = {"audio": made.mp3.read_bytes(), "photo": made.photo.read_bytes()}
    width, height = options.size.split("x")
    fields = {"effect": options.effect, "width": width, "height": height}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600)) as session:
        await until_validated(session, url)
        cold = await request(session, url, files, {**fields, "time": "5"})
        same = [
            await request(session, url, files, {**fields, "time": f"{5 + run / 10}"})
            for run in range(1, options.runs + 1)
        ]
        moved = [
            await request(session, url, files, {**fields, "title": f"Title {run}", "time": "5"})
            for run in range(options.runs)
        ]
        references = [await asyncio.to_thread(reference_s) for _ in range(options.runs)]
    seconds = {"cold": cold, "same": statistics.median(same), "moved": statistics.median(moved)}
    return [{**seconds, "reference": statistics.median(references)}]


def main() -> int:
    """Measure and print a row for each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effect", default="breathe")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        (result,) = serve(Path(name), options, measure)
    if options.json:
        print(json.dumps(result))
        return 0
    print(f"{'':8}{'s':>8}{'ratio':>8}   reference {result['reference']:.2f} s")
    for kind in KINDS:
        print(f"{kind:8}{result[kind]:8.3f}{result[kind] / result['reference']:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
