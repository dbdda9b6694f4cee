"""A seccomp filter of the system calls that no worker needs and that Landlock does not restrict.

Sockets, since Landlock denies TCP from its ABI 4 on and UDP from 10 on; changes of the metadata of
files, of which it knows nothing; and leaving the process group, which is killed as a whole. No
maintained binding of libseccomp installs everywhere, and the program is some dozens of comparisons
in classic BPF (seccomp(2), linux/filter.h, linux/seccomp.h).
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
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in struct seccomp_data; the lower half of an argument, on little-endian machines."""
_AF_UNIX = 1
_IO_URING_SETUP = 425
"""It could do all that is denied without a system call."""
_X32 = 0x40000000
"""Numbers from here on are those of x32, another way to the same calls."""
_SAME_ON_ALL = (452, 463, 466)
"""fchmodat2, setxattrat, removexattrat."""


@dataclass(frozen=True)
class _Machine:
    architecture: int
    """AUDIT_ARCH_… of linux/audit.h."""
    socket: int
    """Number of socket(2)."""
    denied: tuple[int, ...]
    """Numbers of the calls that change metadata by a path or a descriptor, truncate by a path, or
    leave the process group. Landlock knows none of them but truncate, and that from ABI 3 on."""


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        41,
        (
            *(90, 91, 268),  # chmod, fchmod, fchmodat
            *(92, 93, 94, 260),  # chown, fchown, lchown, fchownat
            *(188, 189, 190, 197, 198, 199),  # setxattr, removexattr and their variants
            *(132, 235, 261, 280),  # utime, utimes, futimesat, utimensat
            *(76, 109, 112),  # truncate, setpgid, setsid
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        198,
        (
            *(52, 53),  # fchmod, fchmodat
            *(54, 55),  # fchownat, fchown
            *(5, 6, 7, 14, 15, 16),  # setxattr, removexattr and their variants
            *(88, 45, 154, 157),  # utimensat, truncate, setpgid, setsid
        ),
    ),
}


def is_supported() -> bool:
    """Return True if the filter exists for this machine and its kernel has seccomp."""
    return platform.machine() in _MACHINES and os.path.exists("/proc/sys/kernel/seccomp")


def deny_calls(*, unix_sockets: bool) -> None:
    """Deny this thread, and all that it starts, sockets and changes of metadata, for good.

    Nothing happens where it is not supported.

    Args:
        unix_sockets: True leaves it sockets of the family AF_UNIX.

    Raises:
        OSError: the kernel refuses the filter.
    """
    if not is_supported():
        return
    code = _program(_MACHINES[platform.machine()], unix_sockets=unix_sockets)
    buffer = ctypes.create_string_buffer(code)
    # struct sock_fprog: the number of instructions, and their address.
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _program(machine: _Machine, *, unix_sockets: bool) -> bytes:
    """Return the instructions: a jump goes over as many of them as its numbers say."""
    denied = (*machine.denied, *_SAME_ON_ALL)
    family = _AF_UNIX if unix_sockets else 2**32 - 1  # no family has that number
    end = (
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY | _ENOSYS),
        (_RETURN, 0, 0, _DENY | _EACCES),
        (_RETURN, 0, 0, _DENY | _EPERM),
    )
    instructions = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, machine.architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *((_JUMP_IF_EQUAL, len(denied) - at + 7, 0, call) for at, call in enumerate(denied)),
        (_JUMP_IF_NOT_LESS, 5, 0, _X32),
        (_JUMP_IF_EQUAL, 4, 0, _IO_URING_SETUP),
        (_JUMP_IF_EQUAL, 0, 2, machine.socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_IF_EQUAL, 0, 2, family),
        *end,
    )
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)
