"""A GPU that goes while the server runs.

The driver of Mesa's software renderer with another name in it stands for a GPU's: mounted over the
driver in a mount namespace of the server's own, and taken away again while a job is drawn.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from server.jobs.execution.gpu_presence import GpuMonitor
from server.jobs.model.job import Status
from server.jobs.store.store import Store
from server.protocol.results.machine import GlReport
from tests.harness import media
from tests.harness.client import Client
from tests.harness.limits import HANG_S
from tests.harness.server import Server, eventually

GPU = GlReport(ok=True, software=False, renderer="NVIDIA H200")
SOFTWARE = GlReport(ok=True, software=True, renderer="llvmpipe")
NONE = GlReport(error="no OpenGL context")
_NAME, _OTHER = b"llvmpipe (LLVM", b"a-gpu-86 (LLVM"
_DRIVERS = ("x86_64-linux-gnu/dri/swrast_dri.so", "x86_64-linux-gnu/libgallium-*.so")


@pytest.mark.fault("G20")
@pytest.mark.parametrize("rest", [SOFTWARE, NONE])
def test_gpu_is_lost_when_it_stays_away(rest: GlReport) -> None:
    gpu, states = GpuMonitor(120), []
    for at, gl in ((0, GPU), (1000, rest), (1119, rest), (1120, rest)):
        gpu.observe(gl, at)
        states.append((gpu.is_gone, gpu.lost.is_set()))
    assert states == [(False, False), (True, False), (True, False), (True, True)]
    assert "NVIDIA H200" in gpu.problem


def test_a_gpu_that_recovers_is_as_before() -> None:
    gpu = GpuMonitor(120)
    gpu.observe(GPU, 0)
    gpu.observe(NONE, 10)
    gpu.observe(GPU, 100)
    gpu.observe(NONE, 1000)
    assert gpu.is_gone
    assert not gpu.lost.is_set()


def test_machine_without_gpu_loses_none() -> None:
    gpu = GpuMonitor(120)
    for at, gl in enumerate((SOFTWARE, NONE, SOFTWARE)):
        gpu.observe(gl, at * 1000)
    assert not gpu.was_seen
    assert not gpu.is_gone
    assert not gpu.lost.is_set()


def test_the_next_check_is_no_later_than_the_end() -> None:
    gpu = GpuMonitor(120)
    gpu.observe(GPU, 0)
    assert gpu.next_probe_s(5, 30) == 30
    gpu.observe(NONE, 10)
    assert gpu.next_probe_s(10, 30) == 30
    assert gpu.next_probe_s(125, 30) == 5
    assert gpu.next_probe_s(130, 30) == 0.1


@pytest.fixture
def driver(tmp_path: Path) -> tuple[Path, Path]:
    """Return the driver of this machine, and a copy of it that pretends to be a GPU."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a driver")
    for pattern in _DRIVERS:
        for path in Path("/usr/lib").glob(pattern):
            content = path.read_bytes()
            if content.count(_NAME) == 1:
                other = tmp_path / "driver.so"
                other.write_bytes(content.replace(_NAME, _OTHER))
                return path, other
    pytest.skip("no driver of Mesa's with its renderer's name in it")


class _ServerOnGpu(Server):
    """A server that alone sees another driver in the place of `driver`."""

    def __init__(self, data: Path, driver: tuple[Path, Path], **settings: str) -> None:
        super().__init__(data, **settings)
        self._place, other = driver
        script = f'mount --bind {other} {self._place} && exec "$@"'
        self.prefix = ("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "-")

    def lose_gpu(self) -> None:
        space = f"--mount=/proc/{self.pid}/ns/mnt"
        subprocess.run(["nsenter", space, "umount", "--lazy", str(self._place)], check=True)


def _renderer(client: Client) -> str:
    return str(client.call("GET", "/ready").json["renderer"])


@pytest.mark.slow
@pytest.mark.fault("G20")
async def test_server_ends_without_its_gpu_and_keeps_the_job(
    tmp_path: Path, driver: tuple[Path, Path]
) -> None:
    data = tmp_path / "data"
    server = _ServerOnGpu(data, driver, GPU_LOST_SEC="1", MAX_PARALLEL_EXPORTS="1")
    with server:
        client = server.client
        assert eventually(lambda: _OTHER.decode() in _renderer(client), every_s=0.2)
        job = client.submit(media.wav(12), media.photo(), effect="plain")
        assert eventually(lambda: client.job(job)["frames"]["done"] > 30, every_s=0.2)
        server.lose_gpu()
        for worker in server.descendants("worker"):
            if "draw_segment" in worker.command.split():
                worker.kill()  # as its driver would
        assert server.wait(HANG_S) == 1
    lines = server.log.read_text().splitlines()
    assert "the GPU is lost: a-gpu-86" in lines[-1]
    events = [json.loads(line)["event"] for line in lines[:-1]]
    assert events.index("gpu.lost") < events.index("job.waits_for_gpu")
    assert "task.failed" not in events  # no attempt is counted
    store = Store(data / "jobs.db")
    try:
        kept = await store.jobs.get(job)
        assert kept
        assert kept.status is Status.PROCESSING
        assert set((await store.tasks.mark_interrupted()).values()) <= {0}
    finally:
        store.close()
