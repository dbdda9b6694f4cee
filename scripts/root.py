"""A root file system built from a Dockerfile: a debootstrap base and one overlay per instruction.

Used by image_check.py, as root in a mount namespace of its own, so that every mount disappears with
it. The cache key of a layer is a digest of the instructions up to it and, for COPY, of the content
of the files. So a changed instruction is rebuilt, with all that follow.
"""

import fnmatch
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.dockerfile import Instruction, argv, copy_paths, environment, ignore_patterns

# The folders of /usr/share that -slim images exclude through dpkg.
_SLIM = ("doc", "groff", "info", "linda", "lintian", "locale", "man")
_NODES = ("null", "zero", "full", "random", "urandom", "tty")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def call(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command, and print its output only if it fails.

    Raises:
        SystemExit: the command failed.
    """
    arguments = [str(argument) for argument in command]
    done = subprocess.run(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(arguments)[:200]} failed:\n{done.stdout[-3000:]}")


def base(cache: Path, image: str) -> Path:
    """Return the root of the image ``debian:SUITE-slim``, built by debootstrap if not cached."""
    suite = image.partition("@")[0].removeprefix("debian:").removesuffix("-slim")
    folder = cache / f"base-{suite}"
    if folder.is_dir():
        return folder
    part = cache / f"base-{suite}.part"
    shutil.rmtree(part, ignore_errors=True)
    mirror = [m] if (m := os.environ.get("DEBIAN_MIRROR")) else []
    path = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    call("debootstrap", "--variant=minbase", suite, part, *mirror, env=path)
    excluded = [f"/usr/share/{name}/*" for name in _SLIM]
    lines = "".join(f"path-exclude {pattern}\n" for pattern in excluded)
    (part / "etc/dpkg/dpkg.cfg.d/docker").write_text(lines)
    for name in _SLIM:
        for path_ in (part / "usr/share" / name).glob("*"):
            shutil.rmtree(path_) if path_.is_dir() else path_.unlink()
    for name in ("var/cache/apt", "var/lib/apt/lists", "var/cache/ldconfig", "var/log"):
        shutil.rmtree(part / name, ignore_errors=True)
    for name in ("var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/log/apt"):
        (part / name).mkdir(parents=True)
    (part / "etc/resolv.conf").write_text("")
    (part / "etc/hostname").write_text("")
    part.rename(folder)
    return folder


def layers(context: Path, cache: Path, instructions: list[Instruction]) -> list[Path]:
    """Return the layers of the image, the base first, each built if not cached."""
    folders = [base(cache, instructions[0].text)]
    key, variables = instructions[0].text, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    for instruction in instructions:
        if instruction.name == "ENV":
            variables = environment(instruction, variables)
        key = _key(key, instruction, context)
        if instruction.name not in ("RUN", "COPY"):
            continue
        began, folder = time.monotonic(), cache / f"layer-{key}"
        if not folder.is_dir():
            _build(folder, folders, instruction, context, variables)
        duration = f"{time.monotonic() - began:5.1f} s"
        print(f"  {duration}  {instruction.name} {instruction.text[:70]}", flush=True)
        folders.append(folder)
    for old in set(cache.glob("layer-*")) - set(folders):
        shutil.rmtree(old)
    return folders


def mount(layers: list[Path], top: Path, work: Path, at: Path) -> None:
    """Mount an overlay of `layers` at `at`; writes go to `top`."""
    for folder in (top, work, at):
        folder.mkdir(parents=True, exist_ok=True)
    lower = ":".join(str(layer) for layer in reversed(layers))
    options = f"lowerdir={lower},upperdir={top},workdir={work}"
    call("mount", "-t", "overlay", "overlay", "-o", options, at)


def mount_devices(root: Path, *, for_build: bool) -> None:
    """Mount /dev, and /sys for a container or the network configuration for a build."""
    call("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "dev")
    for node in _NODES:
        (root / "dev" / node).touch()
        call("mount", "--bind", f"/dev/{node}", root / "dev" / node)
    (root / "dev/shm").mkdir(mode=0o1777)
    (root / "dev/fd").symlink_to("/proc/self/fd")
    if not for_build:
        call("mount", "--bind", "-o", "ro", "/sys", root / "sys")
        return
    call("mount", "-t", "proc", "proc", root / "proc")
    call("mount", "-t", "tmpfs", "tmpfs", root / "run")
    call("mount", "--bind", "/etc/resolv.conf", root / "etc/resolv.conf")
    settings = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, check=True)
    (root / "run/apt.conf").write_bytes(settings.stdout)
    if _CERTIFICATES.is_file():
        shutil.copy(_CERTIFICATES, root / "run/certificates.crt")


def in_root(root: Path, command: list[str], variables: Mapping[str, str]) -> list[str]:
    """Return the command line that runs `command` in `root` with only these variables."""
    pairs = [f"{name}={value}" for name, value in variables.items()]
    return ["chroot", str(root), "/usr/bin/env", "-i", *pairs, *command]


def _build(
    folder: Path, below: list[Path], instruction: Instruction, context: Path, env: Mapping[str, str]
) -> None:
    """Build one layer, whose folder appears only when it is complete."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="build-") as name:
        top, root = Path(name, "top"), Path(name, "root")
        mount(below, top, Path(name, "work"), root)
        try:
            if instruction.name == "COPY":
                _copy(instruction, context, root)
            else:
                mount_devices(root, for_build=True)
                call(*in_root(root, argv(instruction.text), {**_network(root), **env}))
        finally:
            call("umount", "--recursive", root)
        top.rename(folder)


def _network(root: Path) -> dict[str, str]:
    """Return the variables for access to the package registries; they are not kept in the layer."""
    settings = {"APT_CONFIG": "/run/apt.conf", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if (root / "run/certificates.crt").is_file():
        settings["PIP_CERT"] = settings["SSL_CERT_FILE"] = "/run/certificates.crt"
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    index = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    chosen = {"PIP_INDEX_URL": index} if index else {}
    names = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL")
    return {**settings, **chosen, **{n: os.environ[n] for n in names if n in os.environ}}


def _copy(instruction: Instruction, context: Path, root: Path) -> None:
    """Run a COPY instruction: of a folder its content is copied, files go to a target with “/”."""
    sources, target = copy_paths(instruction)
    to = root / target.lstrip("/")
    for name in sources:
        source = context / name
        skip = shutil.ignore_patterns(*_skip_patterns(context))
        if source.is_dir():
            shutil.copytree(source, to, ignore=skip, dirs_exist_ok=True)
        else:
            place = to / source.name if target.endswith("/") else to
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


def _skip_patterns(context: Path) -> list[str]:
    return [pattern.removeprefix("**/") for pattern in ignore_patterns(context)]


def _key(before: str, instruction: Instruction, context: Path) -> str:
    """Return the cache key of the state after `instruction`."""
    digest = hashlib.sha256(f"{before}\n{instruction.name} {instruction.text}\n".encode())
    if instruction.name == "COPY":
        for name in copy_paths(instruction)[0]:
            for path in _files(context / name, _skip_patterns(context)):
                digest.update(f"{path.relative_to(context)} {path.stat().st_mode}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:24]


def _files(source: Path, skipped: list[str]) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for path in sorted(source.iterdir()):
        if not any(fnmatch.fnmatch(path.name, pattern) for pattern in skipped):
            yield from _files(path, skipped)
