"""The task measure_gpus: reads the load of the GPUs through NVIDIA's management library (NVML)."""

from contextlib import suppress

import pynvml

from server.protocol.results.machine import GpuLoad, GpuLoads
from server.protocol.tasks import MeasureGpus
from server.protocol.wire.progress import ProgressReporter


def run(_task: MeasureGpus, _progress: ProgressReporter) -> GpuLoads:
    """Read every GPU; there is none without NVIDIA's driver, or one that is lost."""
    try:
        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except pynvml.NVMLError:
        return GpuLoads()
    gpus = []
    for index in range(count):
        with suppress(pynvml.NVMLError):
            gpus.append(_measure(index))
    return GpuLoads(gpus=tuple(gpus))


def _measure(index: int) -> GpuLoad:
    """Read one GPU.

    Raises:
        NVMLError: it cannot be used.
    """
    device = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(device)
    utilisation = None
    with suppress(pynvml.NVMLError):  # a GPU that is divided (MIG) has none as a whole
        utilisation = pynvml.nvmlDeviceGetUtilizationRates(device).gpu / 100
    return GpuLoad(
        index=index,
        name=str(pynvml.nvmlDeviceGetName(device)),
        memory_used_bytes=int(memory.used),
        memory_total_bytes=int(memory.total),
        utilisation=utilisation,
    )
