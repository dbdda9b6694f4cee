"""GPUs of a machine that has several: which of them work, and work alike."""

from collections.abc import Iterator

from server.protocol.results.machine import GpuReport, ProbeReport


def find_gpu_problems(report: ProbeReport) -> dict[int, str]:
    """Return the reason for each GPU that must not be used, by its index.

    The segments of a job are drawn on any GPU, so all have to be like the best one: of the same
    renderer and driver, and with the same encoders.
    """
    problems = ((gpu.index, next(_problems(gpu, report), None)) for gpu in report.gpus)
    return {index: problem for index, problem in problems if problem is not None}


def _problems(gpu: GpuReport, report: ProbeReport) -> Iterator[str]:
    if not gpu.gl.ok:
        yield f"no GL context: {gpu.gl.error or 'unknown reason'}"
        return
    this, best = (f"{gl.renderer} ({gl.version})" for gl in (gpu.gl, report.gl))
    if this != best:
        yield f"it is {this}, another is {best}: GPUS must be GPUs of one model"
    for name, encoder in gpu.encoders.items():
        if report.encoders[name].ok and not encoder.ok:
            yield f"{name} does not open: {encoder.why or 'unknown reason'}"
