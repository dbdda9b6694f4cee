"""A seccomp filter of the system calls that no worker needs and that Landlock does not restrict.

Sockets, since Landlock denies TCP from its ABI 4 on, UDP from 10 on and Unix sockets in the file
system from 9 on; changes of the metadata of files, of which it knows nothing; and leaving the
process group, which is killed as a whole. No maintained binding of libseccomp installs everywhere,
and the program is some dozens of comparisons in classic BPF (seccomp(2), linux/filter.h,
linux/seccomp.h).
"""

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass
from typing import NamedTuple

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 38, 22
_SECCOMP_MODE_FILTER = 2
_LOAD, _AND, _JUMP_IF_EQUAL, _JUMP_IF_NOT_LESS, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_ENDS = {
    "allow": _ALLOW,
    "no_call": _DENY | errno.ENOSYS,
    "no_socket": _DENY | errno.EACCES,
    "no_daemon": _DENY | errno.ENOENT,
    "denied": _DENY | errno.EPERM,
    "killed": _KILL,
}
"""Ends of the program, to which instructions jump."""
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
"""Offsets in struct seccomp_data; the lower half of an argument, on little-endian machines."""
_AF_UNIX = 1
_TYPE_MASK = 0xF
_CONNECTED_TYPES = (1, 5)
"""SOCK_STREAM and SOCK_SEQPACKET: without connect(2) they reach nobody, while a datagram names its
receiver."""
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
    """Number of socket(2); the next are those of connect(2) and socketpair(2)."""
    connect: int
    pair: int
    denied: tuple[int, ...]
    """Numbers of the calls that change metadata by a path or a descriptor, truncate by a path, or
    leave the process group. Landlock knows none of them but truncate, and that from ABI 3 on."""


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        41,
        42,
        53,
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
        203,
        199,
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

    Nothing happens where it is not supported. Pairs of sockets are left, which reach nobody else.

    Args:
        unix_sockets: True leaves it sockets of the family AF_UNIX too. They cannot connect, as if
            no daemon were there, but a driver may listen on one.

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


class _Line(NamedTuple):
    """An instruction; a jump goes to a label, or to the next line without one."""

    code: int
    value: int
    then: str = ""
    otherwise: str = ""
    label: str = ""


def _program(machine: _Machine, *, unix_sockets: bool) -> bytes:
    """Return the instructions of the filter."""
    equal = _JUMP_IF_EQUAL
    denied = (*machine.denied, *_SAME_ON_ALL)
    lines = [
        _Line(_LOAD, _ARCHITECTURE),
        _Line(equal, machine.architecture, otherwise="killed"),
        _Line(_LOAD, _NUMBER),
        _Line(_JUMP_IF_NOT_LESS, _X32, "no_call"),
        _Line(equal, _IO_URING_SETUP, "no_call"),
        *(_Line(equal, call, "denied") for call in denied),
        _Line(equal, machine.connect, "no_daemon"),
        _Line(equal, machine.pair, "unix"),
        _Line(equal, machine.socket, "unix" if unix_sockets else "no_socket", "allow"),
        _Line(_LOAD, _FIRST_ARGUMENT, label="unix"),
        _Line(equal, _AF_UNIX, otherwise="no_socket"),
        _Line(_LOAD, _SECOND_ARGUMENT),
        _Line(_AND, _TYPE_MASK),
        *(_Line(equal, kind, "allow") for kind in _CONNECTED_TYPES),
        _Line(_RETURN, _ENDS["no_socket"]),
        *(_Line(_RETURN, value, label=label) for label, value in _ENDS.items()),
    ]
    places = {line.label: at for at, line in enumerate(lines) if line.label}

    def distance(at: int, label: str) -> int:
        """Return the instructions that a jump goes over."""
        return places[label] - at - 1 if label else 0

    return b"".join(
        struct.pack(
            "<HBBI", line.code, distance(at, line.then), distance(at, line.otherwise), line.value
        )
        for at, line in enumerate(lines)
    )
