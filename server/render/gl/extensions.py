"""The OpenGL calls that moderngl lacks."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from server.render.gl.devices import LIB_EGL

_WRAPS = (0x2802, 0x2803, 0x8072)  # GL_TEXTURE_WRAP_S, _T, _R
_MIRRORED_REPEAT = 0x8370
_PACK_ROW_LENGTH = 0x0D02


def set_mirrored_repeat(sampler: int) -> bool:
    """Set the sampler object of that name to mirrored repeat on all axes.

    The name belongs to the current context.

    Returns:
        True if the driver has the call (OpenGL 3.3).
    """
    call = _look_up(b"glSamplerParameteri", 3)
    if call is None:
        return False
    for axis in _WRAPS:
        call(sampler, axis, _MIRRORED_REPEAT)
    return True


@contextmanager
def row_length(pixels: int) -> Iterator[None]:
    """Let the rows of all that is read begin `pixels` after one another."""
    call = _look_up(b"glPixelStorei", 2)
    assert call is not None, "a call of OpenGL 1.0"
    call(_PACK_ROW_LENGTH, pixels)
    try:
        yield
    finally:
        call(_PACK_ROW_LENGTH, 0)


@lru_cache
def _look_up(name: bytes, arguments: int) -> Callable[..., None] | None:
    """Return the call of that name, which takes only integers; None if the driver lacks it."""
    look_up = ctypes.CDLL(LIB_EGL).eglGetProcAddress
    look_up.restype, look_up.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    address = look_up(name)
    kind = ctypes.CFUNCTYPE(None, ctypes.c_uint, *[ctypes.c_int] * (arguments - 1))
    return kind(address) if address else None
