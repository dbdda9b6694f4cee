"""A seccomp filter that leaves a process no sockets but those of this machine's file system.

Landlock denies TCP from its ABI 4 on and UDP from 10 on; this denies every family but AF_UNIX on
any kernel. No maintained binding of libseccomp installs everywhere, and the program is ten
instructions of classic BPF (seccomp(2), linux/filter.h, linux/seccomp.h).
"""

import ctypes
import os
import platform
import struct
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 38, 22
_SECCOMP_MODE_FILTER = 2
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_NOT_LESS, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EACCES, _ENOSYS = 13, 38
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in struct seccomp_data; the lower half of an argument, on little-endian machines."""
_AF_UNIX = 1
_IO_URING_SETUP = 425
"""It could create sockets without the system call."""
_X32 = 0x40000000
"""Numbers from here on are those of x32, another way to the same calls."""


@dataclass(frozen=True)
class _Machine:
    architecture: int
    """AUDIT_ARCH_… of linux/audit.h."""
    socket: int
    """Number of socket(2)."""


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 41),
    "aarch64": _Machine(0xC00000B7, 198),
}


def is_supported() -> bool:
    """Return True if the filter exists for this machine and its kernel has seccomp."""
    return platform.machine() in _MACHINES and os.path.exists("/proc/sys/kernel/seccomp")


def deny_sockets() -> None:
    """Deny this thread, and all that it starts, sockets of every family but AF_UNIX.

    Nothing happens where it is not supported.

    Raises:
        OSError: the kernel refuses the filter.
    """
    if not is_supported():
        return
    code = _program(_MACHINES[platform.machine()])
    buffer = ctypes.create_string_buffer(code)
    # struct sock_fprog: the number of instructions, and their address.
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _program(machine: _Machine) -> bytes:
    instructions = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, machine.architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_NOT_LESS, 5, 0, _X32),  # to the denial as unknown
        (_JUMP_IF_EQUAL, 4, 0, _IO_URING_SETUP),
        (_JUMP_IF_EQUAL, 0, 2, machine.socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_IF_EQUAL, 0, 2, _AF_UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY | _ENOSYS),
        (_RETURN, 0, 0, _DENY | _EACCES),
    )
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)
