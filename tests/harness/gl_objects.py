"""Live objects of an OpenGL context, counted by the driver, to find leaks."""

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from server.render.gl.context import Context

_KINDS = ("Buffer", "Framebuffer", "Program", "Query", "Texture", "VertexArray")
"""Kinds of objects; samplers are missing, since the context keeps them."""
_MAX_NAME = 2048
"""Drivers reuse names from 1 on, so that the names of a test are below this."""
_DELETE_STATUS, _LINK_STATUS = 0x8B80, 0x8B82


def count_objects() -> dict[str, int]:
    """Count the live objects of the current context by kind.

    A deleted program that is still in use does not count. Neither does one that failed to compile:
    moderngl keeps it until its context ends.
    """
    return {kind: sum(map(_is_live(kind), range(1, _MAX_NAME))) for kind in _KINDS}


@contextmanager
def no_leaks(context: Context) -> Iterator[None]:
    """Assert that nothing created within the block is alive after it, once it is collected.

    An object is alive as long as something refers to its wrapper, or if its wrapper is gone and
    has not released it.
    """
    context.collect()
    before = count_objects()
    yield
    context.collect()
    after = count_objects()
    if after != before:  # reference cycles need Python's collector, which is slow
        gc.collect()
        context.collect()
        after = count_objects()
    leaks = {kind: after[kind] - before[kind] for kind in _KINDS if after[kind] > before[kind]}
    assert not leaks, f"GL objects are still alive: {leaks}"


@cache
def _is_live(kind: str) -> Callable[[int], bool]:
    """Return a function that checks by its name that an object of a kind exists."""
    is_object = _function(f"glIs{kind}", ctypes.c_ubyte, ctypes.c_uint)
    if kind != "Program":
        return lambda name: bool(is_object(name))
    get = _function("glGetProgramiv", None, ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p)

    def status(name: int, token: int) -> bool:
        value = ctypes.c_int()
        get(name, token, ctypes.byref(value))
        return bool(value.value)

    def is_program(name: int) -> bool:
        linked = bool(is_object(name)) and status(name, _LINK_STATUS)
        return linked and not status(name, _DELETE_STATUS)

    return is_program


def _function(name: str, result: Any, *arguments: Any) -> Any:
    look_up = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
    look_up.restype, look_up.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    address = look_up(name.encode())
    assert address, f"the driver has no {name}"
    return ctypes.CFUNCTYPE(result, *arguments)(address)
