"""The cache of compiled shaders, which the driver keeps in a folder of the server."""

import os
from pathlib import Path

import pytest

from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.worker_process import Timeouts, run_task
from server.process import sandbox
from tests.harness.rendering import MakeTask
from tests.render.drawing import SHOW

WATCH = Timeouts(idle_s=60, total_s=60)


@pytest.mark.slow
@pytest.mark.fault("G19")
async def test_cached_shaders_draw_the_same_and_damaged_ones_are_compiled_again(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESA_SHADER_CACHE_DIR")
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    fork_server = ForkServer(sandbox.environment(shaders=shaders))

    async def draw(name: str) -> bytes:
        task = make_task(SHOW, out=tmp_path / name)
        await run_task(task, WATCH, launch=fork_server.start)
        return task.out.read_bytes()

    def entries() -> set[Path]:
        return {path for path in shaders.rglob("*") if path.is_file()}

    try:
        video = await draw("compiled.mp4")
        compiled = entries()
        assert compiled
        assert await draw("cached.mp4") == video
        for path in compiled:
            path.write_bytes(os.urandom(path.stat().st_size))
        assert await draw("damaged.mp4") == video
    finally:
        await fork_server.close()


@pytest.mark.fault("G19")
@pytest.mark.parametrize("hindrance", ["missing", "a file", "a broken link"])
async def test_a_cache_that_cannot_be_written_is_done_without(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hindrance: str
) -> None:
    monkeypatch.delenv("MESA_SHADER_CACHE_DIR")
    shaders = tmp_path / "none" / "shaders"
    if hindrance == "a file":
        shaders.parent.touch()
    elif hindrance == "a broken link":
        shaders.parent.symlink_to("/proc/nothing")
    fork_server = ForkServer(sandbox.environment(shaders=shaders))
    try:
        task = make_task(SHOW)
        await run_task(task, WATCH, launch=fork_server.start)
        assert task.out.stat().st_size > 0
    finally:
        await fork_server.close()
