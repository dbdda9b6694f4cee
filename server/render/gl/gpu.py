"""Contexts on a GPU of several, by the number that CUDA and so NVENC have for it."""

from server.render.gl.context import Context, GlError
from server.render.gl.devices import device_of_gpu, list_devices


def open_context(egl_device: int | None, gpu: int | None) -> Context:
    """Open a context.

    Args:
        egl_device: index of the EGL device; None prefers hardware.
        gpu: index of the GPU, as CUDA counts; None for `egl_device`.

    Raises:
        GlError: no context can be opened there; the text has the reason.
    """
    if gpu is None:
        return Context(egl_device)
    devices = list_devices()
    device = device_of_gpu(devices, gpu)
    if device is None:
        raise GlError(f"GPU {gpu} does not exist: EGL lists {len(devices)} devices")
    return Context(device.index)
