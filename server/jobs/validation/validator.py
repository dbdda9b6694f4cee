"""Validator: one effect, one new process, one result, or none if the machine is the cause."""

import asyncio
import logging

from server.config import Config
from server.effects.source.diagnostic import AuthorFile
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError, Timeouts
from server.jobs.model import validation_result
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.validation_result import ValidationResult
from server.logging_json import log_event
from server.process import processors
from server.process.sandbox import Limits
from server.protocol.tasks import CompileEffect

_LOG = logging.getLogger(__name__)
_SIZE = (64, 36)
_MIN_WALL_S = 40.0
"""Minimum wall-clock limit on a software renderer, where processor time limits an effect."""
_CUSTOM_NICENESS = 4
"""Of the source of a client: that of previews. Exports, with 2, take priority."""
_ATTEMPTS = 2
"""Attempts if the process is killed externally, or crashes: a driver does so once in a while."""


def _wall_s(*, software: bool) -> float:
    """Return the wall-clock seconds in which a process gets the processor time that it may use."""
    if not software:
        return validation_result.WALL_S
    return max(_MIN_WALL_S, 2 * validation_result.CPU_S / (processors.quota() or 1))


class EffectValidator:
    """Compiles effects and renders two small frames; see validation_result.py for the limits."""

    def __init__(self, config: Config, machine: MachineProbe) -> None:
        self._config = config
        self._machine = machine

    async def validate(self, source: EffectSource) -> ValidationResult | None:
        """Validate a source; return None if the result is inconclusive."""
        renderer = self._machine.renderer
        task = CompileEffect(
            effects=(source.with_local_paths,),
            size=_SIZE,
            egl_device=self._config.egl_device,
            gpu=self._machine.usable_gpu,
        )
        memory = validation_result.MEMORY_BYTES if self._machine.software else None
        niceness = _CUSTOM_NICENESS if source.custom else None
        limits = Limits(memory_bytes=memory, cpu_s=validation_result.CPU_S, niceness=niceness)
        wait_s = _wall_s(software=bool(self._machine.software))
        timeouts = Timeouts(idle_s=wait_s, total_s=wait_s)
        for attempt in range(_ATTEMPTS):
            try:
                result = await self._machine.run_task(task, timeouts, limits)
            except TaskError as error:
                facts = {"effect": source.id, "code": error.code, "detail": error.detail}
                log_event(_LOG, logging.INFO, "validation.attempt_failed", **facts)
                is_last = attempt == _ATTEMPTS - 1
                if not error.is_external and (is_last or not validation_result.is_crash(error)):
                    return await self._classify_failure(source, error)
            else:
                if result.renderer == renderer:
                    return validation_result.from_task_result(result, source.file)
                await self._reprobe()
                return None
        return None

    async def _classify_failure(
        self, source: EffectSource, error: TaskError
    ) -> ValidationResult | None:
        """Attribute a failure to the effect, or to the machine (None)."""
        author = AuthorFile(source.id, source.file, source.text)
        result = validation_result.from_task_error(
            error, author, software=bool(self._machine.software)
        )
        if result:
            return result
        if validation_result.is_timeout(error):
            return None
        driver = self._machine.driver
        await self._reprobe()
        draws_others = not self._machine.problems() and self._machine.driver == driver
        if draws_others and error.code == "render_failed":
            return validation_result.not_drawable(error, author)
        facts = {"effect": source.id, "code": error.code, "detail": error.detail}
        log_event(_LOG, logging.ERROR, "validation.inconclusive", **facts)
        return None

    async def _reprobe(self) -> None:
        await asyncio.shield(self._machine.probe())
