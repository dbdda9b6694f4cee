"""`toqibox doctor`: try what a render needs on this machine, and advise on what fails."""

import argparse
import asyncio
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from server import logging_json
from server.access.key_file import read_keys
from server.access.signing_secrets import load_secrets
from server.cli.support.exit_status import FAILED
from server.cli.support.options import add_data_folder, add_json
from server.config import Config, ConfigError
from server.jobs.execution.fork_server import ForkServer
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError, run_task
from server.jobs.storage.data_folder import read_address
from server.process import processors, sandbox
from server.protocol.encodings import DEFAULT_CODEC, ENCODINGS
from server.protocol.results.machine import ConfinementReport, GlReport
from server.settings.misspelt import find_misspelt
from server.terminal import print_lines

_LANDLOCK_ABI = 6
"""The first with signals and abstract sockets, of Linux 6.12; files are confined from ABI 1 on."""
_UNCONFINED = "it works without the confinement of workers: set CONFINE_WORKERS=0, and report it"
_MARKS = {"ok": "ok  ", "warning": "note", "failed": "FAIL"}


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    state: str
    """ok, warning or failed."""
    result: str
    advice: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_json(parser)
    add_data_folder(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Print the findings; return 1 if a render could not succeed."""
    logging_json.set_up(logging.CRITICAL)  # failures are printed as findings
    findings = list(_findings(config, asyncio.run(_probe(config, confined=config.confine_workers))))
    failed = any(finding.state == "failed" for finding in findings)
    if options.json:
        print(json.dumps({"ok": not failed, "findings": [asdict(f) for f in findings]}, indent=2))
    for finding in [] if options.json else findings:
        print_lines(f"{_MARKS[finding.state]}  {finding.name:<12} {finding.result}")
        if finding.advice:
            print_lines(f"      {'':<12} → {finding.advice}")
    return FAILED if failed else 0


async def _probe(config: Config, *, confined: bool) -> MachineProbe:
    """Probe the machine by a worker that is confined as those of a server are, or not."""
    fork_server = ForkServer(sandbox.environment(), confined=confined)
    launch = partial(run_task, launch=fork_server.start)
    with tempfile.TemporaryDirectory(prefix="toqibox-") as folder:
        health = MachineProbe(config, Path(folder) / "scratch", launch)
        try:
            await health.probe()
        finally:
            await fork_server.close()
    return health


def _findings(config: Config, health: MachineProbe) -> Iterator[Finding]:
    yield from _settings(os.environ)
    yield from _keys(config)
    if health.failure:
        yield _failed_probe(config, health.failure)
    else:
        yield _gl(config, health)
        yield from _devices(health)
        yield from _gpus(health)
        yield _ffmpeg(health)
    # Before the encoders: they cannot be opened if the disk cannot be written to.
    yield _data(config.data_dir)
    yield _disk(config)
    yield _processors()
    if not health.failure:
        yield from _encoders(config, health)
        yield _confinement(config, health)
        yield _fonts(health)


def _settings(environ: Mapping[str, str]) -> Iterator[Finding]:
    for misspelt in find_misspelt(environ, Config.setting_names()):
        yield Finding("setting", "warning", f"{misspelt.name} is unknown", misspelt.advice)


def _keys(config: Config) -> Iterator[Finding]:
    """Read the files of keys and secrets, which stop the start if they are not valid."""
    path = config.api_keys_file
    if path is None:
        return
    try:
        count = len(read_keys(path, tuple(config.plans)))
        if config.link_secrets_file is not None:
            load_secrets(config)
    except ConfigError as error:
        advice = "correct the file, or make another with `toqibox keys add`"
        yield Finding("API keys", "failed", str(error), advice)
        return
    if path.stat().st_mode & 0o004:
        result = f"every user can read {path}, and sign tokens with it"
        yield Finding("API keys", "warning", result, f"chmod o-r {path}")
    advice = "" if count else "add one with `toqibox keys add`"
    yield Finding("API keys", "ok" if count else "warning", f"{count} in {path}", advice)
    if config.metrics_token is None:
        result = "everybody can read /metrics, though the server has API keys"
        yield Finding("metrics", "warning", result, "set METRICS_TOKEN")


def _failed_probe(config: Config, failure: TaskError) -> Finding:
    """Report a probe that ended without a result, so that nothing is known of GL and ffmpeg."""
    last_line = failure.detail.strip().rpartition("\n")[2]
    advice = "correct what this names, or report it"
    if config.confine_workers and _draws_unconfined(config):
        advice = _UNCONFINED
    return Finding("probe", "failed", f"it ended with {failure.code}: {last_line}", advice)


def _gl(config: Config, health: MachineProbe) -> Finding:
    gl = health.gl
    if not gl.ok and config.confine_workers and _draws_unconfined(config):
        return Finding("GL", "failed", gl.error or "no GL context", _UNCONFINED)
    if not gl.ok and config.egl_device is not None:
        error = gl.error or "no GL context"
        return Finding("GL", "failed", error, _device_advice(config.egl_device, gl))
    if not gl.ok:
        advice = (
            "install Mesa's EGL (packages libegl1 and libgl1-mesa-dri), "
            "or an NVIDIA driver with the graphics capability"
        )
        return Finding("GL", "failed", gl.error or "no GL context", advice)
    result = f"{gl.renderer} ({gl.version})"
    if not gl.software:
        return Finding("GL", "ok", result)
    if config.egl_device is not None:
        return Finding("GL", "failed", result, _software_advice(config.egl_device, gl))
    advice = (
        "this is software rendering: on a GPU host give the container "
        "NVIDIA_DRIVER_CAPABILITIES=graphics,video,compute,utility"
    )
    return Finding("GL", "failed" if config.require_gpu else "warning", result, advice)


def _draws_unconfined(config: Config) -> bool:
    return asyncio.run(_probe(config, confined=False)).gl.ok


def _device_advice(demanded: int, gl: GlReport) -> str:
    """Return advice for an EGL_DEVICE that cannot be opened."""
    known = [device.index for device in gl.devices]
    if not known:
        return f"EGL_DEVICE is {demanded}, but EGL lists no device: unset it"
    numbers = " or ".join(map(str, known))
    if demanded in known:
        others = " or ".join(str(number) for number in known if number != demanded)
        more = f", or try {others}" if others else ""
        return f"device {demanded} of EGL_DEVICE cannot be opened: unset it{more}"
    return f"EGL_DEVICE is {demanded}, which does not exist: unset it, or set it to {numbers}"


def _software_advice(demanded: int, gl: GlReport) -> str:
    """Return advice for an EGL_DEVICE that is a software renderer."""
    hardware = [str(device.index) for device in gl.devices if not device.software]
    others = f", or set it to {' or '.join(hardware)}" if hardware else ""
    return f"device {demanded} of EGL_DEVICE is software, but must be a GPU: unset it{others}"


def _devices(health: MachineProbe) -> Iterator[Finding]:
    for device in health.gl.devices:
        kind = "software" if device.software else "hardware"
        yield Finding("EGL device", "ok", f"{device.index}: {device.name} ({kind})")


def _gpus(health: MachineProbe) -> Iterator[Finding]:
    problems = health.gpu_problems
    for gpu in health.report.gpus if health.report else ():
        if gpu.index in problems:
            advice = "check it with nvidia-smi, or remove it from GPUS"
            result = f"{gpu.index}: {problems[gpu.index]}"
            yield Finding("GPU", "failed", result, advice)
        else:
            yield Finding("GPU", "ok", f"{gpu.index}: {gpu.gl.renderer}")


def _ffmpeg(health: MachineProbe) -> Finding:
    ffmpeg = health.ffmpeg
    if ffmpeg.ok:
        return Finding("ffmpeg", "ok", str(ffmpeg.version))
    advice = "install ffmpeg with ffprobe (package ffmpeg), in a folder that PATH names"
    return Finding("ffmpeg", "failed", ffmpeg.error or "ffmpeg is missing", advice)


def _encoders(config: Config, health: MachineProbe) -> Iterator[Finding]:
    for name, attempt in health.encoders.items():
        if attempt.ok:
            yield Finding("encoder", "ok", f"{name}: opened")
            continue
        is_default = ENCODINGS[name].codec.name == DEFAULT_CODEC
        required = config.encoder == name or (is_default and health.encoder is None)
        advice = ENCODINGS[name].requirement
        result = f"{name}: cannot be opened ({attempt.why or 'unknown reason'})"
        yield Finding("encoder", "failed" if required else "warning", result, advice)


def _processors() -> Finding:
    cores, limit = processors.available(), processors.quota()
    result = f"{cores} for drawing and encoding"
    if limit is not None:
        result += f"; a quota of {limit:g} of {len(os.sched_getaffinity(0))}"
    return Finding("processors", "ok", result)


def _confinement(config: Config, health: MachineProbe) -> Finding:
    kernel = health.report.confinement if health.report else ConfinementReport()
    if not config.confine_workers:
        result = "turned off: a faulty decoder or driver can reach all files of this user"
        return Finding("confinement", "warning", result, "unset CONFINE_WORKERS")
    parts = [f"Landlock ABI {kernel.landlock_abi}"] if kernel.landlock_abi else []
    parts += ["seccomp"] if kernel.seccomp else []
    if kernel.landlock_abi >= _LANDLOCK_ABI and kernel.seccomp:
        return Finding("confinement", "ok", f"workers: {' and '.join(parts)}")
    result = f"workers: {' and '.join(parts) or 'none'}"
    advice = (
        "use Linux 6.12 or newer with Landlock and seccomp, and a container runtime that allows "
        "them: uploads are decoded by programs that can then reach only their own job"
    )
    return Finding("confinement", "warning", result, advice)


def _fonts(health: MachineProbe) -> Finding:
    missing = health.fonts.missing
    if not missing:
        return Finding("fonts", "ok", "all families and scripts are installed")
    families = sorted(name for names in missing.values() for name in names)
    count = "a package is" if len(missing) == 1 else f"{len(missing)} packages are"
    result = f"{count} missing; other fonts are used"
    if families:
        result += f" in place of {', '.join(families)}"
    return Finding("fonts", "warning", result, f"install {' '.join(sorted(missing))}")


def _data(folder: Path) -> Finding:
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if error := _write_error(existing):
        advice = (
            "make it writable for this user, with free space, or set DATA_DIR to another folder"
        )
        why = f"{folder} cannot be written: {error.strerror}"
        return Finding("data folder", "failed", why, advice)
    address = read_address(folder)
    return Finding("data folder", "ok", f"{folder}" + (f", used by {address}" if address else ""))


def _write_error(folder: Path) -> OSError | None:
    """Return the error of writing a file in a folder; None if it can be written."""
    probe = folder / f".toqibox-probe-{os.getpid()}"
    try:
        with probe.open("xb") as file:
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
        probe.unlink()
    except OSError as error:
        with suppress(OSError):
            probe.unlink()
        return error
    return None


def _disk(config: Config) -> Finding:
    existing = config.data_dir
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free // 1_000_000
    if free < config.min_free_mb:
        advice = f"free some space: jobs are refused below MIN_FREE_MB={config.min_free_mb}"
        return Finding("disk", "failed", f"{free} MB free", advice)
    return Finding("disk", "ok", f"{free} MB free")
