"""Program that sets limits and then executes another; sandbox.py builds its command line.

    python -I -S sandbox_exec.py PARENT [NAME=LIMIT …] -- PROGRAM [ARGUMENT …]

It runs before every child that is not forked, so it imports nothing that is slow to load. A child
that is forked (worker/fork_server.py) calls `confine` instead.
"""

import ctypes
import os
import resource
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL, _SIGPIPE, _SIG_DFL = 9, 13, None  # the module that has them takes long to load
_GRACE_S = 2
_KNOWN = {
    "as": resource.RLIMIT_AS,
    "cpu": resource.RLIMIT_CPU,
    "fsize": resource.RLIMIT_FSIZE,
    "nofile": resource.RLIMIT_NOFILE,
}


def _prefer_oom_kill() -> None:
    """Make the kernel choose a child rather than the server when memory runs out."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:
        pass


def confine(parent: int, limits: list[str]) -> None:
    """Let this process die with its parent, and set its limits, each as ``NAME=LIMIT``.

    Exits if the parent, named by its process id, is gone.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0) != 0:
        sys.exit("sandbox: PR_SET_PDEATHSIG was refused")
    if os.getppid() != parent:  # it died before the line above took effect
        sys.exit("sandbox: the parent is gone")
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for text in limits:
        name, value = text.split("=")
        if name == "nice":
            os.nice(int(value))
            continue
        limit = _KNOWN[name]
        _, inherited = resource.getrlimit(limit)
        is_unlimited = inherited == resource.RLIM_INFINITY
        soft_limit = int(value) if is_unlimited else min(int(value), inherited)
        # SIGXCPU at the soft limit, two seconds earlier, distinguishes the limit from other kills.
        hard_limit = soft_limit + _GRACE_S if name == "cpu" and is_unlimited else soft_limit
        resource.setrlimit(limit, (soft_limit, hard_limit))
    _prefer_oom_kill()


def set_command_line(arguments: list[str]) -> None:
    """Replace this process's command line in the list of processes, cut to the length it has.

    Its memory is overwritten (proc(5), the fields arg_start and arg_end of stat); where the kernel
    hides their addresses, nothing happens.
    """
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    if 0 < start < end:
        text = b"\0".join(map(os.fsencode, arguments))[: end - start - 1]
        ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


def _main(arguments: list[str]) -> None:
    parent, *rest = arguments
    split = rest.index("--")
    confine(int(parent), rest[:split])
    # SIGPIPE and others that Python ignores would be inherited as ignored across exec.
    ctypes.CDLL(None).signal(_SIGPIPE, _SIG_DFL)
    os.execvp(rest[split + 1], rest[split + 1 :])  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    _main(sys.argv[1:])
