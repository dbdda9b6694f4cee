"""OpenGL ES 3.0 without a window or surface, to compile shaders for browsers (EGL 1.5).

It never draws. moderngl opens no ES context, so the few calls are made through ctypes.
"""

import ctypes
from types import TracebackType
from typing import Any, Self

from server.render.gl.context import GlError
from server.render.gl.devices import LIB_EGL, device_handle, list_devices

_P, _I, _U = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint
_PLATFORM_DEVICE, _OPENGL_ES_API, _OPENGL_API = 0x313F, 0x30A0, 0x30A2
_CONFIG = (0x3040, 0x40, 0x3033, 0x01, 0x3038)  # EGL_RENDERABLE_TYPE ES3, EGL_SURFACE_TYPE pbuffer
_VERSION = (0x3098, 3, 0x30FB, 0, 0x3038)  # EGL_CONTEXT_MAJOR_VERSION, _MINOR_VERSION
_VERTEX, _FRAGMENT = 0x8B31, 0x8B30
_COMPILED, _LINKED = 0x8B81, 0x8B82
_RENDERER = 0x1F01
_MAX_LOG_BYTES = 100_000


class EsContext:
    """A current ES 3.0 context, destroyed at the end of `with`; no other may be current.

    Raises:
        GlError: the machine offers none.
    """

    def __init__(self) -> None:
        try:
            self._egl = ctypes.CDLL(LIB_EGL)
        except OSError as error:
            raise GlError(f"EGL is missing: {error}") from None
        self._display = self._open_display()
        self._egl_function("eglBindAPI", _U, _U)(_OPENGL_ES_API)
        config, count = _P(), _I()
        choose = self._egl_function("eglChooseConfig", _U, _P, _P, _P, _I, _P)
        config_attributes = (_I * len(_CONFIG))(*_CONFIG)
        chosen = choose(
            self._display, config_attributes, ctypes.byref(config), 1, ctypes.byref(count)
        )
        create = self._egl_function("eglCreateContext", _P, _P, _P, _P, _P)
        version = (_I * len(_VERSION))(*_VERSION)
        context = create(self._display, config, None, version) if chosen and count.value else None
        self._make_current = self._egl_function("eglMakeCurrent", _U, _P, _P, _P, _P)
        if not context or not self._make_current(self._display, None, None, context):
            self._egl_function("eglBindAPI", _U, _U)(_OPENGL_API)
            raise GlError("OpenGL ES 3.0 is not available")
        self._context = context
        name = self._gl_function("glGetString", ctypes.c_char_p, _U)(_RENDERER)
        self.renderer = (name or b"").decode("utf-8", "replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._make_current(self._display, None, None, None)
        self._egl_function("eglDestroyContext", _U, _P, _P)(self._display, self._context)
        self._egl_function("eglBindAPI", _U, _U)(_OPENGL_API)

    def error_log(self, vertex: str, fragment: str) -> str | None:
        """Return the log of a program that does not compile or link; None of one that does."""
        create = self._gl_function("glCreateProgram", _U)
        attach = self._gl_function("glAttachShader", None, _U, _U)
        program = create()
        shaders = []
        try:
            for kind, text in ((_VERTEX, vertex), (_FRAGMENT, fragment)):
                shader, log = self._shader(kind, text)
                shaders.append(shader)
                if log is not None:
                    return log
                attach(program, shader)
            self._gl_function("glLinkProgram", None, _U)(program)
            linked = self._parameter("glGetProgramiv", program, _LINKED)
            return None if linked else self._log("glGetProgramInfoLog", program)
        finally:
            for shader in shaders:
                self._gl_function("glDeleteShader", None, _U)(shader)
            self._gl_function("glDeleteProgram", None, _U)(program)

    def _shader(self, kind: int, text: str) -> tuple[int, str | None]:
        """Compile a shader; return its name, and the log if it fails."""
        shader = self._gl_function("glCreateShader", _U, _U)(kind)
        source = ctypes.c_char_p(text.encode("ascii", "replace"))
        self._gl_function("glShaderSource", None, _U, _I, _P, _P)(
            shader, 1, ctypes.byref(source), None
        )
        self._gl_function("glCompileShader", None, _U)(shader)
        if self._parameter("glGetShaderiv", shader, _COMPILED):
            return shader, None
        return shader, self._log("glGetShaderInfoLog", shader)

    def _parameter(self, name: str, target: int, token: int) -> int:
        value = _I()
        self._gl_function(name, None, _U, _U, _P)(target, token, ctypes.byref(value))
        return value.value

    def _log(self, name: str, target: int) -> str:
        text = ctypes.create_string_buffer(_MAX_LOG_BYTES)
        self._gl_function(name, None, _U, _I, _P, _P)(target, _MAX_LOG_BYTES, None, text)
        return text.value.decode("utf-8", "replace")

    def _open_display(self) -> Any:
        """Open the display of the software renderer, whose compiler is Mesa's, or of any device."""
        devices = sorted(list_devices(), key=lambda device: not device.software)
        open_device = self._egl_function("eglGetPlatformDisplay", _P, _U, _P, _P)
        start = self._egl_function("eglInitialize", _U, _P, _P, _P)
        for device in devices:
            display = open_device(_PLATFORM_DEVICE, device_handle(device.index), None)
            if display and start(display, None, None):
                return display
        raise GlError("no EGL device can be opened")

    def _egl_function(self, name: str, result: Any, *arguments: Any) -> Any:
        """Look up an EGL function."""
        function = getattr(self._egl, name, None)
        if function is None:
            raise GlError(f"EGL has no {name}")
        function.restype, function.argtypes = result, list(arguments)
        return function

    def _gl_function(self, name: str, result: Any, *arguments: Any) -> Any:
        """Look up an OpenGL ES function."""
        address = self._egl_function("eglGetProcAddress", _P, ctypes.c_char_p)(name.encode())
        if not address:
            raise GlError(f"OpenGL ES has no {name}")
        return ctypes.CFUNCTYPE(result, *arguments)(address)
