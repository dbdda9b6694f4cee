"""The default effect is compiled when the server starts: once for a driver, in its cache."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.jobs.execution.worker_process import TaskError
from server.jobs.previews.warm_up import WarmUp
from server.jobs.service import Service

_OWN = '/*{"ISFVSN": "2", "INPUTS": []}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n'


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.delenv("MESA_SHADER_CACHE_DIR")
    service = Service(Config(data_dir=tmp_path / "data", min_free_mb=0), Library((BUILT_IN,)))
    yield service
    await service.stop()


def _warm_up(service: Service) -> WarmUp:
    folder = service.data.shaders
    return WarmUp(service.config, service.data, service.machine, service.library, folder)


def _count_tasks(service: Service) -> list[str]:
    """Return a list that gets the name of each task that the machine runs from now on."""
    names: list[str] = []
    run = service.machine.run_task

    async def counted(task: Any, *arguments: Any) -> Any:
        names.append(task.name)
        return await run(task, *arguments)

    service.machine.run_task = counted  # type: ignore[assignment]
    return names


async def test_the_default_effect_is_compiled_once_for_a_driver(service: Service) -> None:
    tasks = _count_tasks(service)
    await _warm_up(service).run()
    assert tasks == ["probe", "prepare", "draw_frames"]
    tasks.clear()
    files = [path for path in service.data.shaders.rglob("*") if path.is_file()]
    marks = [path for path in files if path.name.startswith("warm-")]
    assert len(marks) == 1
    assert len(files) > 10, "the driver has kept what it compiled"
    assert not list(service.data.spool.iterdir())
    await _warm_up(service).run()
    assert not tasks
    marks[0].unlink()  # as with a cache that was removed, or another driver
    await _warm_up(service).run()
    assert tasks == ["prepare", "draw_frames"]


async def test_a_failure_leaves_nothing_behind(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    await service.machine.probe()
    caplog.clear()

    async def fail(*_arguments: Any) -> Any:
        raise TaskError("render_stalled", "it hangs")

    service.machine.run_task = fail  # type: ignore[assignment]
    await _warm_up(service).run()
    assert [record.message for record in caplog.records] == ["warm_up.failed"]
    assert not list(service.data.spool.iterdir())
    assert not list(service.data.shaders.glob("warm-*"))


async def test_an_effect_of_the_operator_is_not_compiled(service: Service, tmp_path: Path) -> None:
    await service.machine.probe()
    (tmp_path / "breathe.fs").write_text(_OWN)
    service.library = Library((tmp_path, BUILT_IN))
    tasks = _count_tasks(service)
    await _warm_up(service).run()
    assert not tasks
