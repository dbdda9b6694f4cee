"""Confinement of a worker to the files of its job, with no network, by Landlock and seccomp.

A decoder, or a driver that compiles a shader, may have a fault that lets an upload run code of its
own in the worker. It can then neither read other jobs, the job table, keys or home folders, nor
signal or inspect other processes, nor contact anybody (landlock(7)). Programs that the worker
starts are confined with it. The worker still runs with the limits of process/sandbox.py.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import landlockpy
from landlockpy import AccessFS, Ruleset, Scope

from server.protocol.task import AnyTask
from server.typography.font_file import FONTS_DIR
from server.worker.confinement import call_filter, capabilities

_READ = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
_WRITE = (
    _READ
    | AccessFS.WRITE_FILE
    | AccessFS.TRUNCATE
    | AccessFS.MAKE_REG
    | AccessFS.MAKE_DIR
    | AccessFS.REMOVE_FILE
    | AccessFS.REMOVE_DIR
    | AccessFS.REFER
)
_DEVICE = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.WRITE_FILE | AccessFS.IOCTL_DEV
_FILE_RIGHTS = (
    AccessFS.READ_FILE
    | AccessFS.WRITE_FILE
    | AccessFS.EXECUTE
    | AccessFS.TRUNCATE
    | AccessFS.IOCTL_DEV
)
"""Rights that a rule for a file, and not for a folder, may grant."""

_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/nix", "/gnu", "/proc", "/sys")
"""Programs, libraries and what the kernel reports; not /var, /run, /home, /root or /tmp."""
_SYSTEM_FILES = (
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload"),
    *("/etc/alternatives", "/etc/localtime", "/etc/fonts", "/etc/drirc"),
    *("/etc/egl", "/etc/glvnd", "/etc/vulkan", "/etc/OpenCL", "/etc/nvidia", "/etc/amd"),
)
"""Files of /etc that libraries and drivers read; it holds keys and passwords too."""
_DRIVERS = ("nvidia*", "amdgpu*", "rocm*")
"""Folders of /opt."""
_NVIDIA = ("nvidia*", "nvhost*", "nvmap", "nvgpu", "nvsciipc", "dxg")
"""Devices of NVIDIA's driver; under WSL it is behind the last one."""
_DEVICES = (
    *("null", "zero", "full", "random", "urandom"),
    *("dri", "kfd", "mali*", "dma_heap", "udmabuf"),
    *_NVIDIA,
)
"""Of /dev: what every program needs, and graphics processors; not nvme* and nvram."""
_PATH_VARIABLES = (
    *("PATH", "LD_LIBRARY_PATH"),
    *("__EGL_VENDOR_LIBRARY_DIRS", "__EGL_VENDOR_LIBRARY_FILENAMES"),
)


def landlock_abi() -> int:
    """Return the version of Landlock's ABI that the kernel offers; 0 if it offers none."""
    return landlockpy.abi_version()


def confine(task: AnyTask) -> None:
    """Confine this process for good to the folders of the files of a task, its first one.

    A worker's further tasks are of the same job, and have their files in the same folders; see
    jobs/execution/slot.py.
    Where the kernel lacks Landlock or seccomp, that part is left out; see `toqibox doctor`.

    Raises:
        OSError: the kernel offers it, but refuses.
    """
    capabilities.drop_capabilities()
    if landlock_abi():
        with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as ruleset:
            _allow(ruleset, _system_paths(), _READ)
            _allow(ruleset, _matches("/dev", _DEVICES), _DEVICE)
            _allow(ruleset, _folders(task.inputs()), _READ)
            _allow(ruleset, _folders(task.outputs()), _WRITE)
            _allow(ruleset, _shader_cache(task), _WRITE)
            ruleset.restrict()
    call_filter.deny_calls(unix_sockets=_uses_driver(task) and bool(_matches("/dev", _NVIDIA)))


def _uses_driver(task: AnyTask) -> bool:
    """Return whether a task uses a graphics driver: it draws, or probes the machine.

    NVIDIA's listens on a socket while CUDA is in use, which NVENC needs; Mesa uses none.
    """
    return task.draws or not task.inputs()


def _allow(ruleset: Ruleset, paths: Iterable[Path], rights: AccessFS) -> None:
    """Allow `rights` below each path that exists and that this process may reach."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            ruleset.allow_path(path, rights if path.is_dir() else rights & _FILE_RIGHTS)


def _folders(files: Iterable[Path]) -> list[Path]:
    """Return the folders of files, made if they are missing: a rule needs what exists."""
    folders = list(dict.fromkeys(file if file.is_dir() else file.parent for file in files))
    for folder in folders:
        folder.mkdir(exist_ok=True)
    return folders


def _system_paths() -> Iterator[Path]:
    program = Path(__file__).parents[3]
    yield from (program / "server", program / "shaders", FONTS_DIR)
    yield from map(Path, dict.fromkeys((sys.prefix, sys.base_prefix, sys.exec_prefix)))
    packages = (Path(path) for path in dict.fromkeys(sys.path) if os.path.isabs(path))
    yield from (path for path in packages if path != program)  # a checkout holds more
    yield from map(Path, (*_SYSTEM, *_SYSTEM_FILES))
    yield from _matches("/opt", _DRIVERS)
    for name in _PATH_VARIABLES:
        paths = [Path(path) for path in os.environ.get(name, "").split(":") if os.path.isabs(path)]
        yield from (path.parent if os.path.isfile(path) else path for path in paths)


def _shader_cache(task: AnyTask) -> list[Path]:
    """Return the folder of compiled shaders, shared by the workers that draw known effects."""
    folder = os.environ.get("MESA_SHADER_CACHE_DIR")
    return [Path(folder)] if folder and task.draws and not task.runs_custom_code else []


def _matches(folder: str, patterns: Iterable[str]) -> list[Path]:
    return [path for pattern in patterns for path in Path(folder).glob(pattern)]
