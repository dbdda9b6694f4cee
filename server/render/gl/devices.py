"""EGL devices of this machine, listed without opening any."""

import ctypes
from dataclasses import dataclass
from typing import Any

LIB_EGL = "libEGL.so.1"
_MAX_DEVICES = 64
# Tokens of the EGL registry: EXT_device_query, EXT_device_query_name, EXT_device_drm,
# NV_device_cuda.
_EGL_EXTENSIONS = 0x3055
_EGL_VENDOR = 0x3053
_EGL_RENDERER_EXT = 0x335F
_EGL_DRM_DEVICE_FILE_EXT = 0x3233
_EGL_CUDA_DEVICE_NV = 0x323A
_SOFTWARE_NAMES = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software rasterizer")


@dataclass(frozen=True)
class Device:
    """One EGL device, in the driver's order."""

    index: int
    name: str
    software: bool
    """The device declares itself as Mesa's software renderer."""
    cuda_index: int | None = None
    """CUDA's index of the same GPU, which NVENC uses; None without CUDA."""


def is_software(renderer: str) -> bool:
    """Return True if a GL_RENDERER string names a renderer on the processor."""
    return any(name in renderer.lower() for name in _SOFTWARE_NAMES)


def list_devices() -> list[Device]:
    """List the EGL devices; empty if EGL or EGL_EXT_device_enumeration is missing."""
    egl, handles = _handles()
    if egl is None:
        return []
    query_string = _function(
        egl,
        b"eglQueryDeviceStringEXT",
        ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int),
    )
    query_attribute = _function(
        egl,
        b"eglQueryDeviceAttribEXT",
        ctypes.CFUNCTYPE(
            ctypes.c_uint, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_ssize_t)
        ),
    )
    if query_string is None or query_attribute is None:
        return []
    return [
        _device(index, handle, query_string, query_attribute)
        for index, handle in enumerate(handles)
    ]


def device_of_gpu(devices: list[Device], gpu: int) -> Device | None:
    """Return the EGL device of a GPU; None if none is.

    `gpu` is CUDA's index of it, or the EGL device's own where no device has one of CUDA.
    """
    by_cuda = any(device.cuda_index is not None for device in devices)
    indices = (device.cuda_index if by_cuda else device.index for device in devices)
    return next((device for device, i in zip(devices, indices, strict=True) if i == gpu), None)


def device_handle(index: int) -> int | None:
    """Return EGL's handle of a device; None if no device has that index."""
    _, handles = _handles()
    return handles[index] if index < len(handles) else None


def _handles() -> tuple[ctypes.CDLL | None, list[int]]:
    """Load EGL and query the handles of its devices."""
    try:
        egl = ctypes.CDLL(LIB_EGL)
    except OSError:
        return None, []
    query_devices = _function(
        egl,
        b"eglQueryDevicesEXT",
        ctypes.CFUNCTYPE(
            ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)
        ),
    )
    handles, count = (ctypes.c_void_p * _MAX_DEVICES)(), ctypes.c_int()
    if query_devices is None or not query_devices(_MAX_DEVICES, handles, ctypes.byref(count)):
        return None, []
    return egl, [handles[index] or 0 for index in range(count.value)]


def by_preference(devices: list[Device]) -> list[Device]:
    """Sort hardware before software, otherwise in the driver's order."""
    return sorted(devices, key=lambda device: device.software)


def _function(egl: ctypes.CDLL, name: bytes, prototype: Any) -> Any:
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    egl.eglGetProcAddress.argtypes = [ctypes.c_char_p]
    address = egl.eglGetProcAddress(name)
    return prototype(address) if address else None


def _device(index: int, handle: Any, query_string: Any, query_attribute: Any) -> Device:
    def text(token: int) -> str:
        return (query_string(handle, token) or b"").decode("utf-8", "replace")

    extensions = text(_EGL_EXTENSIONS).split()
    software = "EGL_MESA_device_software" in extensions
    # Querying a string of an extension that the device lacks is an error.
    name = ""
    if "EGL_EXT_device_query_name" in extensions:
        name = " ".join(filter(None, (text(_EGL_VENDOR), text(_EGL_RENDERER_EXT))))
    if not name and not software and "EGL_EXT_device_drm" in extensions:
        name = text(_EGL_DRM_DEVICE_FILE_EXT)
    cuda_index, value = None, ctypes.c_ssize_t()
    if "EGL_NV_device_cuda" in extensions and query_attribute(
        handle, _EGL_CUDA_DEVICE_NV, ctypes.byref(value)
    ):
        cuda_index = value.value
    name = name or ("software" if software else f"device {index}")
    return Device(index, name, software, cuda_index)
