"""Capabilities of this machine: the probe task and its interpretation."""

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import Iterator, Mapping
from contextvars import Context
from pathlib import Path
from typing import Any, NamedTuple

from server.config import Config
from server.jobs.execution.gpu_presence import GpuMonitor
from server.jobs.execution.gpus import find_gpu_problems
from server.jobs.execution.worker_process import RunTask, TaskError, Timeouts, run_task
from server.logging_json import log_event
from server.protocol.encodings import CODECS, DEFAULT_CODEC, ENCODINGS
from server.protocol.results.machine import (
    EncoderReport,
    FfmpegReport,
    FontsReport,
    GlReport,
    ProbeReport,
)
from server.protocol.tasks import Probe

_LOG = logging.getLogger(__name__)
_PROBE_LIMIT_S = 60.0
_REPROBE_S = 30.0
_PERIODIC_PROBE_S = 600.0
_SOFTWARE_FACTOR = 6
_SOFTWARE_STALL_FACTOR = 4
_EXPORT_TIMEOUT_MS = 600_000


class ChosenEncoder(NamedTuple):
    """The encoder of a codec on this machine."""

    name: str | None
    """None if no encoder that may be used opens."""
    replaces: str | None = None
    """The preferred encoder, if it did not open."""


def choose_encoder(
    wanted: str, opened: Mapping[str, EncoderReport], codec: str = DEFAULT_CODEC
) -> ChosenEncoder:
    """Choose the encoder of a codec.

    Args:
        wanted: the ENCODER setting; other codecs than that of its encoder have any that opens.
        opened: every encoder that was tried, by name.
        codec: a key of CODECS.
    """
    names = _allowed_encoders(wanted, codec)
    working = [name for name in names if name in opened and opened[name].ok]
    if not working:
        return ChosenEncoder(None)
    return ChosenEncoder(working[0], names[0] if working[0] != names[0] else None)


def _allowed_encoders(wanted: str, codec: str) -> list[str]:
    """Return the encoders that a codec may use, the preferred one first."""
    names = [name for name, row in ENCODINGS.items() if row.codec.name == codec]
    return [wanted] if wanted in names else names


class MachineProbe:
    """Last probe of the machine and what follows from it.

    Args:
        config: requirements on the machine.
        scratch: temporary folder of a probe, created and removed by each.
        run_task: runs the probe.
    """

    def __init__(self, config: Config, scratch: Path, run_task: RunTask = run_task) -> None:
        self._config = config
        self.run_task = run_task
        """Runs one task on this machine, outside the slots."""
        self._scratch = scratch
        self._probe_task: asyncio.Task[None] | None = None
        self.report: ProbeReport | None = None
        self.failure: TaskError | None = None
        """The error of the last probe, if it had no result; the report says so too."""
        self.gpu = GpuMonitor(config.gpu_lost_sec)
        self._probed_at = 0.0

    def probe(self) -> "asyncio.Task[None]":
        """Start a probe, or join the one that is running."""
        if self._probe_task is None or self._probe_task.done():
            # A context of its own: its log lines belong to no job or request.
            self._probe_task = asyncio.create_task(self._probe(), context=Context())
        return self._probe_task

    async def first_probe(self) -> None:
        """Wait until the machine has been probed once, without a time limit."""
        if self.report is None:
            await self.probe()

    async def _probe(self) -> None:
        task = Probe(
            egl_device=self._config.egl_device,
            gpus=self._config.gpus,
            encoders=tuple(ENCODINGS),
            folder=self._scratch,
        )
        timeouts = Timeouts(idle_s=_PROBE_LIMIT_S, total_s=_PROBE_LIMIT_S)
        try:
            with contextlib.suppress(OSError):  # a full disk is reported elsewhere
                self._scratch.mkdir(mode=0o700, exist_ok=True)
            report = await self.run_task(task, timeouts, None)
            self.failure = None
        except TaskError as error:
            self.failure = error
            log_event(_LOG, logging.ERROR, "probe.failed", code=error.code, detail=error.detail)
            reason = f"the probe ended with {error.code}"
            report = ProbeReport(gl=GlReport(error=reason), ffmpeg=FfmpegReport(error=reason))
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._probed_at = time.monotonic()
        self.gpu.observe(report.gl, self._probed_at)
        if report != self.report:
            self.report = report
            self._log_result()

    def _log_result(self) -> None:
        doubtful = self.software or self.problems() or self.gpu_problems
        level = logging.WARNING if doubtful else logging.INFO
        warning = "SOFTWARE RENDERING: no GPU is used" if self.software else None
        log_event(
            _LOG,
            level,
            "probe",
            renderer=self.gl.renderer or None,
            software=self.software,
            encoder=self.encoder,
            encoderFallback=self.encoder_fallback,
            gpuProblems=self.gpu_problems or None,
            problems=self.problems() or None,
            warning=warning,
        )
        if (
            self._config.confine_workers
            and self.report
            and not self.failure
            and not self.report.confinement.landlock_abi
        ):
            why = "the kernel has no Landlock: a faulty decoder can reach all files of this user"
            log_event(_LOG, logging.WARNING, "workers.unconfined", why=why)

    async def close(self) -> None:
        if self._probe_task:
            self._probe_task.cancel()
            await asyncio.gather(self._probe_task, return_exceptions=True)

    @property
    def gl(self) -> GlReport:
        return self.report.gl if self.report else GlReport()

    @property
    def software(self) -> bool | None:
        return self.gl.software

    @property
    def renderer(self) -> str:
        return self.gl.renderer or "none"

    @property
    def driver(self) -> str:
        """Renderer and its version, which determine how shaders compile."""
        return f"{self.renderer}, {self.gl.version}"

    @property
    def fingerprint(self) -> str:
        """Everything that affects pixels: renderer, its version, ffmpeg's version, fonts."""
        return f"{self.driver}, ffmpeg {self.ffmpeg.version}, fonts {self.fonts.id}"

    @property
    def ffmpeg(self) -> FfmpegReport:
        return self.report.ffmpeg if self.report else FfmpegReport()

    @property
    def gpu_problems(self) -> dict[int, str]:
        """The reason for each GPU of GPUS that is not used, by its index."""
        return find_gpu_problems(self.report) if self.report else {}

    def can_use(self, gpu: int | None) -> bool:
        """Return True if work can be given to a GPU; None stands for the only device."""
        return gpu not in self.gpu_problems

    def describe_gpus(self) -> list[dict[str, Any]]:
        """Return the index, the renderer and the problem, if any, of each GPU of GPUS."""
        gpus = self.report.gpus if self.report else ()
        problems = self.gpu_problems
        return [
            {
                "index": gpu.index,
                "renderer": gpu.gl.renderer or None,
                "problem": problems.get(gpu.index),
            }
            for gpu in gpus
        ]

    @property
    def usable_gpu(self) -> int | None:
        """The first GPU that can be used; None without GPUS."""
        return next(filter(self.can_use, self._config.gpus), self._config.first_gpu)

    @property
    def fonts(self) -> FontsReport:
        return self.report.fonts if self.report else FontsReport()

    @property
    def encoders(self) -> Mapping[str, EncoderReport]:
        return self.report.encoders if self.report else {}

    def encoder_of(self, codec: str) -> ChosenEncoder:
        """Return the encoder of a codec, a key of CODECS."""
        return choose_encoder(self._config.encoder, self.encoders, codec)

    @property
    def codecs(self) -> tuple[str, ...]:
        """The codecs that an encoder opens for, by name."""
        return tuple(codec for codec in CODECS if self.encoder_of(codec).name)

    @property
    def encoder(self) -> str | None:
        """The encoder of the default codec."""
        return self.encoder_of(DEFAULT_CODEC).name

    @property
    def encoder_fallback(self) -> str | None:
        """The preferred encoder of the default codec, if it did not open."""
        return self.encoder_of(DEFAULT_CODEC).replaces

    def problems(self) -> list[str]:
        """Return why a job accepted now could not succeed; empty if it could."""
        if self.report is None:
            return ["the machine has not been probed yet"]
        problems = [self.gpu.problem] if self.gpu.is_gone else []
        if not self.gl.ok:
            problems.append(f"no GL context: {self.gl.error or 'unknown reason'}")
        elif self.gl.software and (self._config.require_gpu or self._config.egl_device is not None):
            wanted = "REQUIRE_GPU" if self._config.require_gpu else "EGL_DEVICE"
            problems.append(
                f"{wanted} requires a GPU, but the renderer is software: {self.renderer}"
            )
        if not self.ffmpeg.ok:
            problems.append(f"no ffmpeg: {self.ffmpeg.error or 'unknown reason'}")
        else:
            problems += self._encoder_problems()
        return problems

    def _encoder_problems(self) -> Iterator[str]:
        """Yield why the default codec, or that of the required encoder, cannot be encoded.

        The cause may also be a full disk.
        """
        wanted = self._config.encoder
        required = [ENCODINGS[wanted].codec.name] if wanted in ENCODINGS else []
        for codec in dict.fromkeys((DEFAULT_CODEC, *required)):
            if self.encoder_of(codec).name is None:
                names = _allowed_encoders(wanted, codec)
                tried = {name: self.encoders.get(name, EncoderReport()) for name in names}
                errors = [f"{name}: {tried[name].why or 'unknown reason'}" for name in names]
                title = CODECS[codec].title
                yield f"no encoder of {title} opens for ENCODER={wanted}: {'; '.join(errors)}"

    @property
    def reprobe_due(self) -> bool:
        """True if the last probe was long ago and something may have changed since.

        A preferred encoder that did not open may open now; a GPU may be lost while idle.
        """
        old = time.monotonic() - self._probed_at > _PERIODIC_PROBE_S
        doubtful = self.encoder_fallback is not None or self.gpu.was_seen or self.gpu_problems
        return old and bool(doubtful)

    @property
    def next_probe_s(self) -> float:
        """Seconds until a machine with a problem is probed again."""
        return self.gpu.next_probe_s(time.monotonic(), _REPROBE_S)


def export_timeout_s(config: Config, *, software: bool) -> float:
    """Return the maximum slot time of a job in seconds."""
    factor = _SOFTWARE_FACTOR if software else 1
    return (config.export_timeout_ms or _EXPORT_TIMEOUT_MS * factor) / 1000


def stall_timeout_s(config: Config, *, software: bool) -> float:
    """Return the seconds without progress after which a task is killed."""
    factor = _SOFTWARE_STALL_FACTOR if software else 1
    return config.stall_timeout_ms * factor / 1000
