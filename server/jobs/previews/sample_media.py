"""The sample track and photos, which stand in for what a preview is not sent."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import server
from server.errors import ToqiboxError
from server.jobs.execution.timeouts import run_within
from server.jobs.model.retry_after import BUSY_S
from server.jobs.previews.media_cache import MediaCache
from server.process import sandbox, start

SAMPLE_NAMES = {"audio": "track.wav", "photo": "photo.png", "photo2": "photo2.png"}
"""Names of the sample files by field; see samples/sample_files.py."""
_LIMITS = sandbox.Limits(memory_bytes=4_000_000_000, cpu_s=120, file_bytes=100_000_000)
_LIMIT_S = 240.0


@cache
def samples_key() -> str:
    """Return the key of the samples in a cache: a digest of the code that makes them."""
    digest = hashlib.sha256()
    for path in sorted((Path(server.__file__).parent / "samples").glob("*.py")):
        digest.update(path.read_bytes())
    return f"samples-{digest.hexdigest()[:32]}"


@asynccontextmanager
async def open_samples(cache: MediaCache) -> AsyncIterator[Path]:
    """Yield the folder with the samples, made first if they are missing.

    Raises:
        ToqiboxError: not_ready, if they cannot be made.
    """
    async with cache.open(samples_key(), _make) as folder:
        yield folder


async def _make(folder: Path) -> None:
    """Make the samples in a child process, since the code needs numpy and Pillow."""
    process = await asyncio.create_subprocess_exec(
        *sandbox.command(start.command("server.samples", str(folder)), _LIMITS),
        cwd="/",
        env=sandbox.environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        status = await run_within(_LIMIT_S, process.wait())
    except TimeoutError:
        status = None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        detail = f"the samples: exit status {status}"
        raise ToqiboxError("not_ready", retry_after=BUSY_S, detail=detail)
