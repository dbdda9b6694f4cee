"""The load of GPUs, read through a management library that stands for NVIDIA's."""

import shutil
import subprocess
from pathlib import Path

import pytest

from server.jobs.execution.worker_process import Timeouts, run_task
from server.protocol.results.machine import GpuLoad, GpuLoads
from server.protocol.tasks import MeasureGpus
from tests.harness.limits import HANG_S

TIMEOUTS = Timeouts(HANG_S, HANG_S)
_LIBRARY = r"""
#include <string.h>
/* Three GPUs: one that works, one that is divided and has no utilisation, one that is lost. */
struct memory { unsigned long long total, free, used; };
struct rates { unsigned gpu, memory; };
int nvmlInitWithFlags(unsigned flags) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 3; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    *device = (void *)(index + 1ul);
    return index == 2 ? 15 : 0;
}
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    memory->total = 1000 * (unsigned long)device;
    memory->used = 10 * (unsigned long)device;
    memory->free = memory->total - memory->used;
    return 0;
}
int nvmlDeviceGetUtilizationRates(void *device, struct rates *rates) {
    rates->gpu = 25;
    return (unsigned long)device == 1 ? 0 : 3;
}
int nvmlDeviceGetName(void *device, char *name, unsigned length) {
    strncpy(name, "NVIDIA Test", length);
    return 0;
}
"""


@pytest.fixture
def _library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile the library, and let workers find it."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "nvml.c").write_text(_LIBRARY)
    library = tmp_path / "libnvidia-ml.so.1"
    command = [compiler, "-shared", "-fPIC", "-o", str(library), str(tmp_path / "nvml.c")]
    subprocess.run(command, check=True)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))


@pytest.mark.usefixtures("_library")
async def test_every_gpu_that_can_be_read_is_reported() -> None:
    loads = await run_task(MeasureGpus(), TIMEOUTS)
    assert loads == GpuLoads(
        gpus=(
            GpuLoad(
                index=0,
                name="NVIDIA Test",
                memory_used_bytes=10,
                memory_total_bytes=1000,
                utilisation=0.25,
            ),
            GpuLoad(index=1, name="NVIDIA Test", memory_used_bytes=20, memory_total_bytes=2000),
        )
    )


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="this machine has a GPU")
async def test_nothing_is_reported_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    assert await run_task(MeasureGpus(), TIMEOUTS) == GpuLoads()
