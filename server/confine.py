"""Start a program so that it dies with its parent and cannot outgrow its limits.

Run as a program, not imported, by whoever starts a child (`python -I -S confine.py …`): a
`preexec_fn` would run Python between fork and exec in a process that has threads. The parent must
be started from a thread that lives as long as the child: PR_SET_PDEATHSIG fires when the *thread*
that forked ends (prctl(2)).
"""

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_GRACE_S = 2
_KNOWN = {
    "as": resource.RLIMIT_AS,
    "cpu": resource.RLIMIT_CPU,
    "fsize": resource.RLIMIT_FSIZE,
    "nofile": resource.RLIMIT_NOFILE,
}
PASSED_ON = (
    "CUDA_VISIBLE_DEVICES",
    "EGL_PLATFORM",
    "GALLIUM_DRIVER",
    "LD_LIBRARY_PATH",
    "LIBGL_ALWAYS_SOFTWARE",
    "LP_NUM_THREADS",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_VISIBLE_DEVICES",
    "PATH",
    "__EGL_VENDOR_LIBRARY_DIRS",
    "__EGL_VENDOR_LIBRARY_FILENAMES",
)
"""What a child may inherit of the environment: the choice of driver and device, nothing else."""


@dataclass(frozen=True)
class Limits:
    """Hard limits of a child and all that it starts; None leaves one as it is."""

    memory_bytes: int | None = None
    """Address space (RLIMIT_AS)."""
    cpu_s: int | None = None
    """Processor time of one process (RLIMIT_CPU); SIGXCPU at it, SIGKILL two seconds later."""
    file_bytes: int | None = None
    """Largest file that may be written (RLIMIT_FSIZE)."""
    open_files: int = 256


def command(argv: list[str], limits: Limits | None = None) -> list[str]:
    """The command line that runs `argv` confined as a child of the calling process."""
    limits = limits or Limits()
    chosen = {
        "as": limits.memory_bytes,
        "cpu": limits.cpu_s,
        "fsize": limits.file_bytes,
        "nofile": limits.open_files,
    }
    words = [f"{name}={value}" for name, value in chosen.items() if value is not None]
    return [
        sys.executable,
        "-I",
        "-S",
        os.path.abspath(__file__),
        str(os.getpid()),
        *words,
        "--",
        *argv,
    ]


def environment() -> dict[str, str]:
    """The fixed environment of every child, whatever the parent's holds.

    No FFREPORT, proxy or LD_PRELOAD gets through; Mesa writes no shader cache into a home folder.
    """
    fixed = {
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "MESA_SHADER_CACHE_DISABLE": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {"PATH": os.defpath, **inherited, **fixed}


def _be_first_to_go() -> None:
    """When memory runs out, the kernel should choose a child and not the server."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:
        pass


def _main(arguments: list[str]) -> None:
    parent, *rest = arguments
    split = rest.index("--")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit("confine: PR_SET_PDEATHSIG was refused")
    if os.getppid() != int(parent):  # it died before the line above took effect
        sys.exit("confine: the parent is gone")
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for word in rest[:split]:
        name, value = word.split("=")
        limit = _KNOWN[name]
        _, hard = resource.getrlimit(limit)
        wanted = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
        # SIGXCPU at the soft limit tells a limit from somebody's SIGKILL, two seconds later.
        most = wanted + _GRACE_S if name == "cpu" and hard == resource.RLIM_INFINITY else wanted
        resource.setrlimit(limit, (wanted, most))
    _be_first_to_go()
    # SIGPIPE and others that Python ignores would be inherited as ignored across exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvp(rest[split + 1], rest[split + 1 :])  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    _main(sys.argv[1:])
