"""The capabilities of a worker, where the server runs as root (capabilities(7)).

Without no_new_privs, a program that root starts would get all of them again; see
process/sandbox_exec.py.
"""

import ctypes
import os
import struct

_VERSION_3 = 0x20080522
_KEPT = (0, 1, 2, 3, 4, 14, 23)
"""CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER and FSETID, for a data folder of another user;
IPC_LOCK and SYS_NICE, for drivers."""


def drop_capabilities() -> None:
    """Give up for good what lets root inspect other processes or administer the machine.

    Raises:
        OSError: the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=II", _VERSION_3, 0)  # 0 is the calling thread
    data = ctypes.create_string_buffer(24)  # two halves of effective, permitted, inheritable
    if libc.capget(header, data) != 0:
        _raise()
    kept = sum(1 << number for number in _KEPT)
    effective, permitted, inheritable, *upper = struct.unpack("=6I", data.raw)
    if not (permitted & ~kept or any(upper)):
        return
    reduced = (effective & kept, permitted & kept, inheritable & kept, 0, 0, 0)
    if libc.capset(header, struct.pack("=6I", *reduced)) != 0:
        _raise()


def _raise() -> None:
    number = ctypes.get_errno()
    raise OSError(number, os.strerror(number))
