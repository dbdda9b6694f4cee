"""The one OpenGL call that moderngl lacks: mirrored repeat of a sampler."""

import ctypes

from server.render.gl.devices import LIB_EGL

_WRAPS = (0x2802, 0x2803, 0x8072)  # GL_TEXTURE_WRAP_S, _T, _R
_MIRRORED_REPEAT = 0x8370


def set_mirrored_repeat(sampler: int) -> bool:
    """Set the sampler object of that name to mirrored repeat on all axes.

    The name belongs to the current context.

    Returns:
        True if the driver has the call (OpenGL 3.3).
    """
    look_up = ctypes.CDLL(LIB_EGL).eglGetProcAddress
    look_up.restype, look_up.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    address = look_up(b"glSamplerParameteri")
    if not address:
        return False
    call = ctypes.CFUNCTYPE(None, ctypes.c_uint, ctypes.c_uint, ctypes.c_int)(address)
    for axis in _WRAPS:
        call(sampler, axis, _MIRRORED_REPEAT)
    return True
