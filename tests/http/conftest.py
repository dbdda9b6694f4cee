import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.http.limits import HttpLimits
from server.http.server.app import create_app, open_port
from server.jobs.model.job import Job, Status, now_ms
from server.jobs.model.validation_result import ValidationResult
from server.jobs.service import Service
from server.jobs.storage.artifacts import FILES
from server.protocol.results.machine import EncoderReport, FfmpegReport, GlReport, ProbeReport
from tests.harness import validation_results
from tests.harness.api_keys import bearer, write_keys
from tests.harness.limits import HANG_S
from tests.http import invariants
from tests.http.made_job import new_job
from tests.http.wire import Response, exchange, form, head, post

QUICK = HttpLimits(
    file_bytes=1024 * 1024,
    field_bytes=4096,
    upload_stall_s=3,
    upload_min_rate=1000,
    upload_window_s=3,
    upload_wait_s=0.3,
    download_window_s=3,
    header_s=0.7,
    keep_alive_s=0.7,
    metrics_cache_s=0,
)
"""Limits that a test can reach; those of time leave room for a busy machine."""
CAN_DRAW = ProbeReport(
    gl=GlReport(ok=True, renderer="a renderer", software=True),
    ffmpeg=FfmpegReport(ok=True, version="7"),
    encoders={"x264": EncoderReport(ok=True)},
)
"""The report of a probe on a machine that works; tests that draw nothing skip the probe."""
DRIVER = "a renderer, "
"""The driver that validation results on that machine are stored under."""


@dataclass
class Running:
    """A server on a free port of its own."""

    port: int
    service: Service
    config: Config
    app: web.Application

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spooled(self) -> list[Path]:
        """Return what uploads have left behind."""
        spool = self.service.data.spool
        return list(spool.iterdir()) if spool.is_dir() else []  # a test may have removed its disk

    def files(self) -> dict[tuple[str, int], bytes]:
        """Return name, mode and content of the files that uploads are being stored in."""
        return {
            (path.name, path.stat().st_mode & 0o777): path.read_bytes()
            for folder in self.spooled()
            for path in folder.iterdir()
        }

    async def until(
        self, condition: Callable[[], bool | Awaitable[bool]], within_s: float = HANG_S
    ) -> bool:
        """Wait until `condition` holds, at most `within_s`; return whether it does."""
        for _ in range(int(within_s / 0.02) + 1):
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return True
            await asyncio.sleep(0.02)
        return False

    async def spool_is_empty(self) -> bool:
        """Return whether nothing of an upload is left, after a wait if necessary."""
        return await self.until(lambda: not self.spooled())

    async def add_job(self, **spec: Any) -> Job:
        """Add a queued job, as accept() would have left it."""
        job = new_job(**spec)
        self.service.data.job_folder(job.id).mkdir()
        await self.service.store.jobs.add(job, bound=1000)
        return job

    async def finish_job(
        self, video: bytes = b"video", poster: bytes = b"poster", **spec: Any
    ) -> Job:
        """Add a completed job with these artifacts."""
        job = await self.add_job(**spec)
        for name, content in ((FILES["video"], video), (FILES["poster"], poster)):
            (self.service.data.job_folder(job.id) / name).write_bytes(content)
        await self.service.store.jobs.transition(job.id, Status.PROCESSING)
        expires = now_ms() + 60_000
        done = await self.service.store.jobs.transition(
            job.id,
            Status.COMPLETED,
            progress=100,
            finished_at=now_ms(),
            expires_at=expires,
            report={"blank": None},
        )
        assert done is not None
        return done


Start = Callable[..., Awaitable[Running]]


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Return a second of audio as WAV and a small photo as PNG."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg
    folder = tmp_path_factory.mktemp("media")
    for source, name in (
        (["sine=frequency=110:duration=1"], "tone.wav"),
        (["testsrc=size=48x40:rate=1", "-frames:v", "1"], "photo.png"),
    ):
        output = [*source[1:], str(folder / name)]
        argv = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", source[0], *output]
        subprocess.run(argv, check=True)
    return (folder / "tone.wav").read_bytes(), (folder / "photo.png").read_bytes()


@pytest.fixture(scope="session")
def built_in() -> Library:
    """The built-in effects: they stay the same, so they are read once."""
    return Library()


@pytest.fixture(scope="session")
def table(built_in: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job table with validation results of a machine that can draw every effect."""
    folder = tmp_path_factory.mktemp("table")
    validation_results.save(
        folder, validation_results.same_for_all(built_in, DRIVER, ValidationResult())
    )
    return folder / "jobs.db"


@pytest.fixture
def watched(tmp_path: Path) -> invariants.Watched:
    """The servers of a test, with what they are checked by."""
    return invariants.Watched(tmp_path.with_name(tmp_path.name + ".canary"))


@pytest.fixture
async def start(
    tmp_path: Path,
    built_in: Library,
    table: Path,
    watched: invariants.Watched,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Start]:
    """Start servers: `await start(limits, known, setting=value, …)`; slots stay empty.

    `known` are validation results besides those of the built-in effects. The invariants of
    docs/faults.md are checked after each test.
    """
    ids = {case_id for marker in request.node.iter_markers("fault") for case_id in marker.args}
    async with (
        invariants.released(),
        AsyncExitStack() as stack,
        invariants.holding(watched, ids),
    ):
        count = 0

        async def start_one(
            limits: HttpLimits = QUICK,
            known: validation_results.Known | None = None,
            **settings: Any,
        ) -> Running:
            nonlocal count
            count += 1
            values: dict[str, Any] = {
                "port": 0,
                "data_dir": tmp_path / f"data{count}",
                "plans": {"free": 36, "premium": 72},
                "min_free_mb": 0,
                "max_parallel_exports": 0,
                "segment_sec": Decimal(1),
                "result_cache": False,
            }
            config = Config(**{**values, **settings})
            config.data_dir.mkdir(mode=0o700)
            shutil.copyfile(table, config.data_dir / "jobs.db")
            if known:
                validation_results.save(config.data_dir, known)
            folders = (BUILT_IN, *config.shaders_dirs)
            library = Library(folders) if config.shaders_dirs else built_in
            service = Service(config, library)
            stack.push_async_callback(service.stop)
            await service.validations.load()
            service.machine.report = CAN_DRAW
            app = create_app(service, limits)
            tcp_server = await stack.enter_async_context(open_port(app, config, limits))
            await tcp_server.start_serving()
            port = tcp_server.sockets[0].getsockname()[1]
            running = Running(port, service, config, app)
            watched.servers.append(running)
            return running

        yield start_one


@pytest.fixture
async def running(start: Start) -> Running:
    """Start a server with quick limits."""
    return await start()


@pytest.fixture
def limits() -> Callable[..., HttpLimits]:
    """Return a function that makes quick limits with changes."""
    return lambda **changes: replace(QUICK, **changes)


@pytest.fixture
async def working(start: Start) -> Running:
    """Start a server whose probe is real and whose slots draw."""
    running = await start(max_parallel_exports=1)
    running.service.machine.report = None
    await running.service.start()
    await running.service.machine.first_probe()
    assert (await running.service.readiness())[0], (await running.service.readiness())[1][
        "problems"
    ]
    return running


@dataclass
class Keyed:
    """A server with the keys `own` (free), `other` (free) and `premium`."""

    running: Running
    keys: dict[str, str]

    async def send(self, target: str, key: str | None = None, *lines: str) -> Response:
        """Send a request without a body; `key` is the id of one of `keys`, or credentials."""
        credentials = self.keys.get(key or "", key)
        sent = head(target, *([bearer(credentials)] if credentials else []), *lines)
        return await exchange(self.running.port, sent)

    async def submit(self, key: str, *parts: bytes, lines: tuple[str, ...] = ()) -> Response:
        sent = post(form(*parts), bearer(self.keys[key]), *lines)
        return await exchange(self.running.port, sent, wait_s=60)

    async def add_job(self, owner: str, *, is_finished: bool = False) -> Job:
        running = self.running
        job = await (running.finish_job() if is_finished else running.add_job())
        updated = await running.service.store.jobs.update(job.id, owner=owner)
        assert updated is not None
        return updated


StartKeyed = Callable[..., Awaitable[Keyed]]


@pytest.fixture
def start_keyed(start: Start, tmp_path: Path, watched: invariants.Watched) -> StartKeyed:
    async def start_one(own: dict[str, Any] | None = None, **settings: Any) -> Keyed:
        path = tmp_path / "keys.json"
        keys = write_keys(path, own=own or {}, other={}, premium={"plan": "premium"})
        watched.secrets |= {key.rpartition(".")[2] for key in keys.values()}
        return Keyed(await start(api_keys_file=path, **settings), keys)

    return start_one


@pytest.fixture
async def keyed(start_keyed: StartKeyed) -> Keyed:
    return await start_keyed()
