"""A server that draws two exports at a time, for clients to load."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp

from bench.speed.server import RunningServer, make_form
from bench.traffic.footprint import Footprint
from server.samples import sample_files
from tests.harness import media

_TIMEOUT_S = 300
_POLL_S = 0.2


class LoadedServer:
    """A server under load, and what was lost."""

    def __init__(self, server: RunningServer, folder: Path) -> None:
        self.server = server
        self.data = folder / "data"
        self.media = Media(folder)
        self.problems: list[str] = []
        self.frames = 0
        """Frames of the two exports that have been drawn."""
        self._drawn: set[str] = set()
        """The exports of `keep_drawing` that have drawn frames and have not ended."""
        self.open_session()

    def open_session(self) -> None:
        """Open the client that is used for everything that is not measured."""
        self.session = aiohttp.ClientSession(
            self.server.url,
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
        )

    @property
    def port(self) -> int:
        return int(self.server.url.rpartition(":")[2])

    def footprint(self) -> Footprint:
        return Footprint.measure(self.server.pid, self.data)

    def check(self, holds: bool, problem: str) -> None:
        """Note a problem unless a condition holds."""
        if not holds:
            self.problems.append(problem)

    async def submit(self, address: str, **fields: str) -> tuple[str, str | None]:
        """Post an export; return its status with the code, and the id of its job."""
        audio = self.media.long if fields.get("plan") == "premium" else self.media.short
        form = make_form(
            {"effect": "breathe", **fields}, {"audio": audio, "photo": self.media.photo}
        )
        headers = {"X-Forwarded-For": address}
        try:
            async with self.session.post("/export", data=form, headers=headers) as answer:
                payload = await answer.json()
                if answer.status in (429, 503):
                    self.check("Retry-After" in answer.headers, "a refusal without Retry-After")
                return f"{answer.status} {payload.get('code') or ''}".strip(), payload.get("jobId")
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__, None

    async def state(self, job_id: str) -> dict[str, Any]:
        async with self.session.get(f"/export/{job_id}") as answer:
            payload: dict[str, Any] = await answer.json()
            return payload

    def jobs(self, condition: str) -> set[str]:
        """Return the ids of the jobs in the table that meet an SQL condition."""
        table = sqlite3.connect(f"file:{self.data / 'jobs.db'}?mode=ro", uri=True)
        try:
            return {row[0] for row in table.execute(f"SELECT id FROM job WHERE {condition}")}
        finally:
            table.close()

    async def until_drawing(self, count: int) -> None:
        """Wait until so many of the exports of `keep_drawing` have drawn frames."""
        while True:
            if len(self._drawn) >= count:
                return
            await asyncio.sleep(_POLL_S)

    async def complete(self, address: str) -> str:
        """Export a video and return the id of its job."""
        outcome, job_id = await self.submit(address)
        if job_id is None:
            raise RuntimeError(f"the first export was refused: {outcome}")
        while True:
            if (await self.state(job_id))["status"] == "completed":
                return job_id
            await asyncio.sleep(_POLL_S)

    async def cancel(self, job_id: str) -> None:
        """Cancel a job."""
        async with self.session.delete(f"/export/{job_id}") as answer:
            self.check(answer.status == 200, f"a cancellation was answered {answer.status}")

    async def cancel_all(self) -> None:
        """Cancel all jobs that have not ended."""
        await asyncio.gather(*map(self.cancel, self.jobs("status IN ('queued', 'processing')")))

    async def keep_drawing(self) -> None:
        """Draw one export after the other, before all that are queued."""
        while True:
            outcome, job_id = await self.submit("192.0.2.1", plan="premium")
            if job_id is None:  # while others take all places for uploads it is asked to wait
                self.check(
                    outcome == "429 rate_limited", f"an export to draw was refused: {outcome}"
                )
                await asyncio.sleep(5)
                continue
            done, status = 0, "queued"
            while status in ("queued", "processing"):
                await asyncio.sleep(1)
                state = await self.state(job_id)
                self.frames += state["frames"]["done"] - done
                done, status = state["frames"]["done"], state["status"]
                if done:
                    self._drawn.add(job_id)
            self._drawn.discard(job_id)
            self.check(status == "completed", f"an export that was drawn is {status}")


class Media:
    """Media of the exports."""

    def __init__(self, folder: Path) -> None:
        short, long = folder / "short", folder / "long"
        for path, seconds in ((short, 3.0), (long, 60.0)):
            path.with_suffix(".wav").write_bytes(media.wav(seconds))
            sample_files.encode_mp3(path.with_suffix(".wav"), path.with_suffix(".mp3"))
        self.short = short.with_suffix(".mp3").read_bytes()
        self.long = long.with_suffix(".mp3").read_bytes()
        self.photo = media.photo(960, 540)
