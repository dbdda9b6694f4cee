"""The judge: one effect, one fresh process, one verdict, or none where the machine is at fault."""

import asyncio
import logging

from server import processors
from server.config import Config
from server.effects.source.diagnostic import AuthorFile
from server.jobs.execution.machine import Health
from server.jobs.execution.worker_process import TaskError, Watch, run_once
from server.jobs.model import validation_result
from server.jobs.model.effect_source import Source
from server.jobs.model.validation_result import Verdict
from server.logging_json import log_event
from server.sandbox import Limits

_LOG = logging.getLogger(__name__)
_SIZE = {"width": 64, "height": 36}
_BUSY_S = 40.0
"""Least time by the clock on a software renderer, where processor time is what limits an effect."""
_ATTEMPTS = 2
"""Where somebody kills the process from outside."""


def _wall_s(*, software: bool) -> float:
    """Seconds by the clock in which a process gets the processor time that it may take."""
    if not software:
        return validation_result.WALL_S
    return max(_BUSY_S, 2 * validation_result.CPU_S / (processors.quota() or 1))


class Judge:
    """Compiles effects and draws two frames of each, small; see verdict.py for the limits."""

    def __init__(self, config: Config, health: Health) -> None:
        self._config = config
        self._health = health

    async def judge(self, source: Source) -> Verdict | None:
        """The verdict on a source; None when it could not be found out what the source does."""
        renderer = self._health.renderer
        task = {
            "task": "compile",
            "effects": [source.in_place],
            **_SIZE,
            "egl_device": self._config.egl_device,
            "require_gpu": self._config.require_gpu,
            "renderer": renderer,
        }
        memory = validation_result.MEMORY_BYTES if self._health.software else None
        limits = Limits(memory_bytes=memory, cpu_s=validation_result.CPU_S)
        wait_s = _wall_s(software=bool(self._health.software))
        watch = Watch(stall_s=wait_s, limit_s=wait_s)
        for _ in range(_ATTEMPTS):
            try:
                result = await run_once(task, watch, limits)
            except TaskError as error:
                facts = {"effect": source.id, "code": error.code, "detail": error.detail}
                log_event(_LOG, logging.INFO, "compile.failed", **facts)
                if not error.is_from_outside:
                    return await self._blame(source, error)
            else:
                if result.get("renderer") == renderer:
                    return validation_result.of_result(result, source.file)
                await self._look_again()
                return None
        return None

    async def _blame(self, source: Source, error: TaskError) -> Verdict | None:
        """Whose doing a failure is: the effect's, or the machine's (None)."""
        author = AuthorFile(source.id, source.file, source.text)
        found = validation_result.of_error(error, author, software=bool(self._health.software))
        if found:
            return found
        if validation_result.is_late(error):
            return None
        driver = self._health.driver
        await self._look_again()
        draws_others = not self._health.problems() and self._health.driver == driver
        if draws_others and error.code == "render_failed":
            return validation_result.undrawable(error, author)
        facts = {"effect": source.id, "code": error.code, "detail": error.detail}
        log_event(_LOG, logging.ERROR, "compile.broken", **facts)
        return None

    async def _look_again(self) -> None:
        await asyncio.shield(self._health.probe())
