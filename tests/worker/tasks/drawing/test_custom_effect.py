"""Sources of clients in a worker: checked before a driver is opened, drawn with guarded loops."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.errors import ToqiboxError
from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.worker_process import Timeouts, run_task
from server.process import sandbox
from server.protocol.scene import SceneSpec
from server.protocol.tasks import CompileEffect, DrawFrames, FrameFile
from server.protocol.wire.events import Event, StageEntered
from server.protocol.wire.progress import ProgressReporter
from server.worker import registry
from server.worker.tasks.drawing import compile_effect
from tests.harness.limits import HANG_S
from tests.harness.rendering import effect_of
from tests.hostile.shaders import FILES, GOOD

_WATCH = Timeouts(HANG_S, HANG_S)
COUNTING = """/*{"ISFVSN": "2", "INPUTS": []}*/
void main() {
    int n = 0;
    if (TIME > 0.3) while (n < 50000) n++;
    gl_FragColor = vec4(float(n & 255), float(n >> 8), 0.0, 255.0) / 255.0;
}
"""
"""Shows the iterations that its loop makes in later frames."""


def compile_custom(source: str, stages: list[str]) -> None:
    def send(event: Event) -> None:
        if isinstance(event, StageEntered):
            stages.append(event.stage)

    task = CompileEffect(effects=(effect_of(source, custom=True),), size=(8, 4), at_s=0)
    registry.run_task(task, ProgressReporter(send))


def test_a_source_is_checked_before_a_driver_is_opened() -> None:
    stages: list[str] = []
    bomb = FILES["bomb_macros.fs"].text
    assert isinstance(bomb, str)
    with pytest.raises(ToqiboxError) as caught:
        compile_custom(bomb, stages)
    assert (caught.value.code, stages) == ("shader_rejected", [])
    compile_custom(GOOD, stages)
    assert stages[0] == "context"


def test_a_source_that_takes_long_to_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_effect, "_MAX_READ_S", 0.0)
    with pytest.raises(ToqiboxError) as caught:
        compile_custom(GOOD, [])
    assert caught.value.code == "shader_rejected"
    assert "takes too long to read" in str(caught.value.diagnostics)


def test_an_endless_loop_is_counted_and_not_guarded_away() -> None:
    endless = FILES["endless.fs"].text
    assert isinstance(endless, str)
    with pytest.raises(ToqiboxError) as caught:
        compile_custom(endless, [])
    assert "this loop does not end" in str(caught.value.diagnostics)


@pytest.mark.parametrize(("custom", "iterations"), [(False, 50_000), (True, 32_768)])
def test_a_loop_that_becomes_long_later_ends(tmp_path: Path, custom: bool, iterations: int) -> None:
    instance = effect_of(COUNTING, custom=custom)
    compile_custom(COUNTING, [])
    scene = SceneSpec(effects=(instance,), size=(8, 4), fps=10, frames=10, fit="cover")
    files = tuple(FrameFile(frame=frame, out=tmp_path / f"{frame}.png") for frame in (1, 5))
    registry.run_task(DrawFrames(scene=scene, frames=files), ProgressReporter(lambda _event: None))
    early, late = (np.asarray(Image.open(file.out))[..., :2] for file in files)
    assert (early == 0).all()
    assert (late == (iterations & 255, iterations >> 8)).all()


@pytest.mark.slow
@pytest.mark.parametrize("confined", [True, False])
async def test_compiled_sources_are_not_kept_for_other_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, confined: bool
) -> None:
    monkeypatch.delenv("MESA_SHADER_CACHE_DIR")
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    server = ForkServer(sandbox.environment(shaders=shaders), confined=confined)
    try:
        for custom in (True, False):
            task = CompileEffect(effects=(effect_of(GOOD, custom=custom),), size=(8, 4))
            await run_task(task, _WATCH, launch=server.start)
            kept = [path for path in shaders.rglob("*") if path.is_file()]
            assert bool(kept) is not custom
    finally:
        await server.close()
