"""A slot and its worker."""

from pathlib import Path

from server import sandbox
from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.slot import LocalSlot
from server.jobs.execution.worker_process import Timeouts
from server.protocol.tasks import Probe
from tests.harness.rendering import MakeTask
from tests.render.drawing import SHOW

WATCH = Timeouts(idle_s=60, total_s=60)


async def test_a_task_that_draws_does_not_run_in_a_worker_that_may_not(
    make_task: MakeTask, tmp_path: Path
) -> None:
    """A resumed job may begin with the count of its flashes, and then draw segments again."""
    fork_server = ForkServer(sandbox.environment())
    slot = LocalSlot(0, launch=fork_server.start)
    try:
        await slot.run("job", Probe(), WATCH, lambda _event: None)
        for name in ("0.mp4", "1.mp4"):
            task = make_task(SHOW, out=tmp_path / name)
            await slot.run("job", task, WATCH, lambda _event: None)
            assert task.out.exists()
        await slot.run("job", Probe(), WATCH, lambda _event: None)
    finally:
        await slot.stop_worker()
        await fork_server.close()
