"""The judge: one effect, one fresh process, one verdict, or none where the machine is at fault."""

import asyncio
import logging
from collections import Counter

from server.config import Config
from server.confine import Limits
from server.effects.diagnostics import Text
from server.jobs import verdict
from server.jobs.health import Health
from server.jobs.source import Source
from server.jobs.verdict import Verdict
from server.jobs.workers import TaskError, Watch, run_once
from server.log import note

_LOG = logging.getLogger(__name__)
_SIZE = {"width": 64, "height": 36}
_WATCH = Watch(stall_s=verdict.WALL_S, limit_s=verdict.WALL_S)
_ATTEMPTS = 2
"""Where somebody kills the process from outside."""
_LATE = 3
"""So often an effect may run out of time on a machine that may just be busy."""


class Judge:
    """Compiles effects and draws two frames of each, small; see verdict.py for the limits."""

    def __init__(self, config: Config, health: Health) -> None:
        self._config = config
        self._health = health
        self._late: Counter[str] = Counter()

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
        memory = verdict.MEMORY_BYTES if self._health.software else None
        limits = Limits(memory_bytes=memory, cpu_s=verdict.CPU_S)
        for _ in range(_ATTEMPTS):
            try:
                result = await run_once(task, _WATCH, limits)
            except TaskError as error:
                facts = {"effect": source.id, "code": error.code, "detail": error.detail}
                note(_LOG, logging.INFO, "compile.failed", **facts)
                if not error.is_from_outside:
                    return await self._blame(source, error)
            else:
                if result.get("renderer") == renderer:
                    return verdict.of_result(result, source.file)
                await self._look_again()
                return None
        return None

    async def _blame(self, source: Source, error: TaskError) -> Verdict | None:
        """Whose doing a failure is: the effect's, or the machine's (None)."""
        author = Text(source.id, source.file, source.text)
        found = verdict.of_error(error, author, software=bool(self._health.software))
        if found:
            return found
        if verdict.is_late(error):
            self._late[source.key] += 1
            late = self._late[source.key] >= _LATE
            return verdict.too_slow(error, author) if late else None
        driver = self._health.driver
        await self._look_again()
        draws_others = not self._health.problems() and self._health.driver == driver
        if draws_others and error.code == "render_failed":
            return verdict.undrawable(error, author)
        facts = {"effect": source.id, "code": error.code, "detail": error.detail}
        note(_LOG, logging.ERROR, "compile.broken", **facts)
        return None

    async def _look_again(self) -> None:
        await asyncio.shield(self._health.probe())
