"""Start a program so that it dies with its parent and cannot exceed its limits.

The limits are set by `sandbox_exec.py`, run in between: a `preexec_fn` would run Python between
fork and exec in a process that has threads. The child must be started from a thread that lives as
long as the child: PR_SET_PDEATHSIG fires when the *thread* that forked ends (prctl(2)).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from server.process import processors, sandbox_exec

INHERITED_ENV = (
    "CUDA_VISIBLE_DEVICES",
    "EGL_PLATFORM",
    "GALLIUM_DRIVER",
    "GALLIVM_PERF",
    "LD_LIBRARY_PATH",
    "LIBGL_ALWAYS_SOFTWARE",
    "LP_NUM_THREADS",
    "MESA_SHADER_CACHE_MAX_SIZE",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_VISIBLE_DEVICES",
    "PATH",
    "__EGL_VENDOR_LIBRARY_DIRS",
    "__EGL_VENDOR_LIBRARY_FILENAMES",
)
"""Environment variables that a child inherits: they choose and configure driver and device."""

NO_SHADER_CACHE = {"MESA_SHADER_CACHE_DISABLE": "true", "__GL_SHADER_DISK_CACHE": "0"}
"""Environment in which a driver that is opened later keeps no compiled shaders."""
_SHADER_CACHE_MB = 64
"""Maximum size of a driver's cache, enough for hundreds of effects."""


@dataclass(frozen=True)
class Limits:
    """Hard limits of a child and its descendants; None leaves a limit unchanged."""

    memory_bytes: int | None = None
    """Address space (RLIMIT_AS)."""
    cpu_s: int | None = None
    """Processor time of one process (RLIMIT_CPU); SIGXCPU at it, SIGKILL two seconds later."""
    file_bytes: int | None = None
    """Largest file that may be written (RLIMIT_FSIZE)."""
    open_files: int = 256
    niceness: int | None = None
    """Steps by which its CPU priority is lower than the parent's (nice(2))."""


def command(argv: list[str], limits: Limits | None = None) -> list[str]:
    """Build the command line that runs `argv` under limits as a child of this process."""
    return [
        sys.executable,
        "-I",
        "-S",
        os.path.abspath(sandbox_exec.__file__),
        str(os.getpid()),
        *limit_arguments(limits),
        "--",
        *argv,
    ]


def limit_arguments(limits: Limits | None) -> list[str]:
    """Return limits as `sandbox_exec.confine` takes them."""
    limits = limits or Limits()
    values = {
        "as": limits.memory_bytes,
        "cpu": limits.cpu_s,
        "fsize": limits.file_bytes,
        "nofile": limits.open_files,
        "nice": limits.niceness,
    }
    return [f"{name}={value}" for name, value in values.items() if value is not None]


def environment(root: Path = Path("/"), *, shaders: Path | None = None) -> dict[str, str]:
    """Build the environment of every child, independent of the parent's except INHERITED_ENV.

    FFREPORT, proxies and LD_PRELOAD do not get through. Drivers cache compiled shaders in the
    folder MESA_SHADER_CACHE_DIR, if it is set, or in `shaders`; never in a home folder.
    Mesa's compiler initialises unassigned variables to 0, as WebGL does: many shaders accumulate
    from there. Other drivers have no such option and leave them undefined.
    Mesa's software renderer starts one thread per processor that it sees, and none if it sees only
    one. It ignores CPU quotas, so the number of threads is limited here.

    Args:
        root: the folder that holds ``proc`` and the mounts of control groups.
        shaders: folder in which drivers cache compiled shaders; None for no cache.
    """
    fixed = {
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        "glsl_zero_init": "true",
        "MESA_DEBUG": "silent",  # else it reports the line above each time
        # numpy's own threads spin from the import on.
        "OPENBLAS_NUM_THREADS": "1",
    }
    inherited = {name: os.environ[name] for name in INHERITED_ENV if name in os.environ}
    cache = _shader_cache(shaders, os.environ.get("MESA_SHADER_CACHE_DIR"))
    return {"PATH": os.defpath, **_llvmpipe_threads(root), **cache, **inherited, **fixed}


def _shader_cache(default: Path | None, chosen: str | None) -> dict[str, str]:
    """Return the variables of Mesa and of NVIDIA's driver that choose their cache of shaders.

    A folder that the operator has chosen has the size that he chooses for it
    (MESA_SHADER_CACHE_MAX_SIZE), or Mesa's.

    Mesa's entries are named by a hash of the shader, the driver and the processor, and checked by a
    CRC when they are read (https://docs.mesa3d.org/envvars.html).
    """
    folder = chosen or default
    if not folder:
        return dict(NO_SHADER_CACHE)
    variables = {
        "MESA_SHADER_CACHE_DISABLE": "false",
        "MESA_SHADER_CACHE_DIR": str(folder),
        "__GL_SHADER_DISK_CACHE": "1",
        "__GL_SHADER_DISK_CACHE_PATH": str(folder),
    }
    if chosen:
        return variables
    return {
        **variables,
        "MESA_SHADER_CACHE_MAX_SIZE": f"{_SHADER_CACHE_MB}M",
        "__GL_SHADER_DISK_CACHE_SIZE": str(_SHADER_CACHE_MB << 20),
    }


def encode_argument(argument: str) -> bytes:
    """Encode an argument of a command: paths in the file system's encoding, all else in UTF-8.

    A title can then be passed in a locale that lacks its letters.
    """
    if argument.startswith(("file:", "/")):
        return os.fsencode(argument)
    return argument.encode("utf-8", "surrogateescape")


def _llvmpipe_threads(root: Path) -> dict[str, str]:
    cores = processors.available(root)
    if cores == len(os.sched_getaffinity(0)):
        return {}
    return {"LP_NUM_THREADS": str(cores if cores > 1 else 0)}
