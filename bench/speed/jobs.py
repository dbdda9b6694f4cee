"""Whole jobs over the sample track and photo: by `toqibox render`, and by a server."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.speed.server import running_server
from server.jobs.submission.fields import ASPECTS
from server.samples import sample_files

FPS = 30
_SERVER = [sys.executable, "-m", "server"]
_POLL_S = 0.25
"""Rare enough to leave the processor to the job: fifty polls a second take a tenth of a core."""
_LIMIT_S = 1800


@dataclass(frozen=True, kw_only=True)
class Work:
    """A job to be measured."""

    effect: str
    size: tuple[int, int]
    seconds: int
    transition: bool = False
    """True for an effect that takes a second photo."""
    fps: int = FPS
    effects: Path | None = None
    """A folder of further effects."""

    @property
    def frames(self) -> int:
        return self.seconds * self.fps

    @property
    def fields(self) -> dict[str, str]:
        """The text fields of its request."""
        width, height = self.size
        aspect = next(name for name, (w, h) in ASPECTS.items() if width * h == height * w)
        fields = {"effect": self.effect, "duration": str(self.seconds), "fps": str(self.fps)}
        return {**fields, "aspect": aspect, "plan": "free"}

    @property
    def settings(self) -> dict[str, str]:
        """The environment in which its request has its size."""
        settings = {**os.environ, "PLANS": f"free={min(self.size)}"}
        return settings | ({"SHADERS_DIR": str(self.effects)} if self.effects else {})


@dataclass(frozen=True)
class Material:
    """The uploads: a track as long as the work, and a photo."""

    audio: Path
    photo: Path


@dataclass(frozen=True)
class JobTime:
    """A finished job."""

    job_s: float
    """Wall seconds from its first slot to the finished video."""
    drawing_s: float
    """Of these, the seconds in which segments were drawn and encoded."""
    request_s: float
    """Wall seconds of the whole command, or from the request to the end of its job."""
    cpu_s: float | None
    """Processor seconds of the command and of all that it started."""
    report: dict[str, Any]


def check_size(size: tuple[int, int]) -> None:
    """Check that a job can have that size.

    Raises:
        ValueError: the text names the shapes that are allowed.
    """
    width, height = size
    if not any(width * h == height * w for w, h in ASPECTS.values()) or width % 2 or height % 2:
        raise ValueError(f"{width}x{height}: even sides are needed, of {', '.join(ASPECTS)}")


def write_material(folder: Path, seconds: int) -> Material:
    """Write the sample photo, and the sample track repeated to `seconds`."""
    made = sample_files.write(folder)
    audio = folder / "long.wav"
    with wave.open(str(made.wav)) as source, wave.open(str(audio), "wb") as target:
        target.setparams(source.getparams())
        data, rate = source.readframes(source.getnframes()), source.getframerate()
        frame_bytes = source.getnchannels() * source.getsampwidth()
        size = seconds * rate * frame_bytes
        target.writeframes((data * (size // len(data) + 1))[:size])
    return Material(audio, made.photo)


def render(work: Work, material: Material, out: Path) -> JobTime:
    """Run `toqibox render`.

    Raises:
        subprocess.CalledProcessError: it failed; the reason is on standard error.
    """
    command = [*_SERVER, "render", "--json", "-y", "-o", str(out)]
    command += ["--audio", str(material.audio), "--photo", str(material.photo)]
    command += ["--photo2", str(material.photo)] if work.transition else []
    for name, value in work.fields.items():
        command += [f"--{name}", value]
    used, began = _children_cpu_s(), time.monotonic()
    done = subprocess.run(command, env=work.settings, stdout=subprocess.PIPE, check=True)
    return _job_time(
        json.loads(done.stdout), time.monotonic() - began, _children_cpu_s() - used, work
    )


def serve(work: Work, material: Material, folder: Path) -> JobTime:
    """Run the job on a server of its own that has done a short one before."""
    with running_server(folder, **{**work.settings, "MIN_FREE_MB": "0"}) as server:
        return asyncio.run(_second_job(server.url, work, material))


async def serve_at_once(work: Work, material: Material, folder: Path, count: int) -> float:
    """Run `count` equal jobs at once on a server of its own; return the longest of their seconds.

    `folder` may be that of a server that has ended.
    """
    with running_server(folder, **{**work.settings, "MIN_FREE_MB": "0"}) as server:
        async with aiohttp.ClientSession(server.url) as session, asyncio.timeout(_LIMIT_S):
            await post(session, work, material, {**work.fields, "duration": "1"})
            posts = (post(session, work, material, work.fields) for _ in range(count))
            return max(job.request_s for job in await asyncio.gather(*posts))


async def _second_job(url: str, work: Work, material: Material) -> JobTime:
    async with aiohttp.ClientSession(url) as session, asyncio.timeout(_LIMIT_S):
        await post(session, work, material, {**work.fields, "duration": "1"})
        return await post(session, work, material, work.fields)


async def post(
    session: aiohttp.ClientSession, work: Work, material: Material, fields: dict[str, str]
) -> JobTime:
    """Send a request with these fields to a server, once it is ready, and wait for its video.

    Raises:
        RuntimeError: the job failed.
    """
    form = aiohttp.FormData(fields)
    form.add_field("audio", material.audio.read_bytes(), filename="track.wav")
    for name in ("photo", "photo2") if work.transition else ("photo",):
        form.add_field(name, material.photo.read_bytes(), filename="photo.jpg")
    await _until_ready(session)
    began = time.time()
    async with session.post("/export", data=form) as response:
        job = await response.json()
    while job["status"] not in ("completed", "failed"):
        await asyncio.sleep(_POLL_S)
        async with session.get(f"/export/{job['jobId']}") as response:
            job = await response.json()
    ended = (job["finishedAt"] or 0) / 1000  # by the same clock
    return _job_time(job, ended - began, None, work)


async def _until_ready(session: aiohttp.ClientSession) -> None:
    while True:
        async with session.get("/ready") as response:
            if response.status == 200:
                return
        await asyncio.sleep(_POLL_S)


def _job_time(job: dict[str, Any], request_s: float, cpu_s: float | None, work: Work) -> JobTime:
    if job["status"] != "completed":
        raise RuntimeError(f"the job failed: {job['error']}")
    job_s = (job["finishedAt"] - job["startedAt"]) / 1000
    report = job["report"]
    rate = report.get("framesPerSecond")
    return JobTime(job_s, work.frames / rate if rate else job_s, request_s, cpu_s, report)


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
