"""A seccomp filter of the system calls that no worker needs and that Landlock does not restrict.

Sockets, since Landlock denies TCP from its ABI 4 on, UDP from 10 on and Unix sockets in the file
system from 9 on; changes of the metadata of files, of which it knows nothing; leaving the process
group, which is killed as a whole; and the parts of the kernel that neither decoders nor drivers
need, namespaces among them, since a fault there would end the confinement. No maintained binding of
libseccomp installs everywhere, and the program is some dozens of comparisons in classic BPF
(seccomp(2), linux/filter.h, linux/seccomp.h).
"""

import ctypes
import errno
import os
import platform
import struct
from typing import NamedTuple

from server.worker.confinement.call_numbers import ARCHITECTURES, checked_calls, denied_calls

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 38, 22
_SECCOMP_MODE_FILTER = 2
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_JUMP_IF_EQUAL, _JUMP_IF_NOT_LESS, _JUMP_IF_ANY = 0x15, 0x35, 0x45
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
_X32 = 0x40000000
"""Numbers from here on are those of x32, another way to the same calls."""
_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of linux/sched.h."""
_ABSENT = ("io_uring_setup", "clone3")
"""The first could do all that is denied without a system call. The second has its flags in memory,
which a filter cannot read; the C library then uses clone."""


def is_supported() -> bool:
    """Return True if the filter exists for this machine and its kernel has seccomp."""
    return platform.machine() in ARCHITECTURES and os.path.exists("/proc/sys/kernel/seccomp")


def deny_calls(*, unix_sockets: bool) -> None:
    """Deny this thread, and all that it starts, sockets and the calls of call_numbers, for good.

    Nothing happens where it is not supported. Pairs of sockets are left, which reach nobody else.

    Args:
        unix_sockets: True leaves it sockets of the family AF_UNIX too. They cannot connect, as if
            no daemon were there, but a driver may listen on one.

    Raises:
        OSError: the kernel refuses the filter.
    """
    if not is_supported():
        return
    code = _program(platform.machine(), unix_sockets=unix_sockets)
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


def _program(machine: str, *, unix_sockets: bool) -> bytes:
    """Return the instructions of the filter."""
    equal, checked = _JUMP_IF_EQUAL, checked_calls(machine)
    lines = [
        _Line(_LOAD, _ARCHITECTURE),
        _Line(equal, ARCHITECTURES[machine], otherwise="killed"),
        _Line(_LOAD, _NUMBER),
        _Line(_JUMP_IF_NOT_LESS, _X32, "no_call"),
        *(_Line(equal, checked[name], "no_call") for name in _ABSENT),
        *(_Line(equal, number, "denied") for number in denied_calls(machine).values()),
        _Line(equal, checked["connect"], "no_daemon"),
        _Line(equal, checked["clone"], "clone"),
        _Line(equal, checked["socketpair"], "unix"),
        _Line(equal, checked["socket"], "unix" if unix_sockets else "no_socket", "allow"),
        _Line(_LOAD, _FIRST_ARGUMENT, label="clone"),
        _Line(_JUMP_IF_ANY, _NAMESPACES, "denied", "allow"),
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
