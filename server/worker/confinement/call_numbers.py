"""Numbers of system calls on the machines that the filter supports."""

from types import MappingProxyType
from typing import NamedTuple

ARCHITECTURES = MappingProxyType({"x86_64": 0xC000003E, "aarch64": 0xC00000B7})
"""AUDIT_ARCH_… of linux/audit.h by the name of the machine."""


class _Numbers(NamedTuple):
    """Numbers of a call; None on a machine that does not have it."""

    x86_64: int | None
    aarch64: int | None


_CHANGES_OF_METADATA = {
    "chmod": _Numbers(90, None),
    "fchmod": _Numbers(91, 52),
    "fchmodat": _Numbers(268, 53),
    "fchmodat2": _Numbers(452, 452),
    "chown": _Numbers(92, None),
    "fchown": _Numbers(93, 55),
    "lchown": _Numbers(94, None),
    "fchownat": _Numbers(260, 54),
    "setxattr": _Numbers(188, 5),
    "lsetxattr": _Numbers(189, 6),
    "fsetxattr": _Numbers(190, 7),
    "setxattrat": _Numbers(463, 463),
    "removexattr": _Numbers(197, 14),
    "lremovexattr": _Numbers(198, 15),
    "fremovexattr": _Numbers(199, 16),
    "removexattrat": _Numbers(466, 466),
    "utime": _Numbers(132, None),
    "utimes": _Numbers(235, None),
    "futimesat": _Numbers(261, None),
    "utimensat": _Numbers(280, 88),
    "truncate": _Numbers(76, 45),
}
"""By a path or a descriptor. Landlock knows none of them but truncate, and that from ABI 3 on."""
_ESCAPES_FROM_THE_GROUP = {"setpgid": _Numbers(109, 154), "setsid": _Numbers(112, 157)}
"""The process group is killed as a whole."""
_OTHER_PROCESSES = {
    "ptrace": _Numbers(101, 117),
    "process_vm_readv": _Numbers(310, 270),
    "process_vm_writev": _Numbers(311, 271),
    "pidfd_getfd": _Numbers(438, 438),
}
"""Memory and descriptors of other processes, its own children included."""
_FILE_SYSTEMS = {
    "mount": _Numbers(165, 40),
    "umount2": _Numbers(166, 39),
    "pivot_root": _Numbers(155, 41),
    "chroot": _Numbers(161, 51),
    "open_tree": _Numbers(428, 428),
    "move_mount": _Numbers(429, 429),
    "fsopen": _Numbers(430, 430),
    "fsconfig": _Numbers(431, 431),
    "fsmount": _Numbers(432, 432),
    "fspick": _Numbers(433, 433),
    "mount_setattr": _Numbers(442, 442),
    "swapon": _Numbers(167, 224),
    "swapoff": _Numbers(168, 225),
    "acct": _Numbers(163, 89),
}
_KERNEL = {
    "unshare": _Numbers(272, 97),
    "setns": _Numbers(308, 268),
    "bpf": _Numbers(321, 280),
    "perf_event_open": _Numbers(298, 241),
    "userfaultfd": _Numbers(323, 282),
    "add_key": _Numbers(248, 217),
    "request_key": _Numbers(249, 218),
    "keyctl": _Numbers(250, 219),
    "personality": _Numbers(135, 92),
    "init_module": _Numbers(175, 105),
    "finit_module": _Numbers(313, 273),
    "delete_module": _Numbers(176, 106),
    "kexec_load": _Numbers(246, 104),
    "kexec_file_load": _Numbers(320, 294),
    "reboot": _Numbers(169, 142),
}
"""Parts of the kernel with a history of faults, and those that only administrators need."""
_DENIED = {
    **_CHANGES_OF_METADATA,
    **_ESCAPES_FROM_THE_GROUP,
    **_OTHER_PROCESSES,
    **_FILE_SYSTEMS,
    **_KERNEL,
}
_CHECKED = {
    "socket": _Numbers(41, 198),
    "connect": _Numbers(42, 203),
    "socketpair": _Numbers(53, 199),
    "clone": _Numbers(56, 220),
    "clone3": _Numbers(435, 435),
    "io_uring_setup": _Numbers(425, 425),
}


def denied_calls(machine: str) -> dict[str, int]:
    """Return the numbers of the calls that are always denied, by their names."""
    return _on(machine, _DENIED)


def checked_calls(machine: str) -> dict[str, int]:
    """Return the numbers of the calls that are denied by arguments, or seem to be absent."""
    return _on(machine, _CHECKED)


def _on(machine: str, calls: dict[str, _Numbers]) -> dict[str, int]:
    numbers = {name: getattr(call, machine) for name, call in calls.items()}
    return {name: number for name, number in numbers.items() if number is not None}
