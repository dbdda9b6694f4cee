"""Judging effect files: many in a row in one worker, each under limits of its own.

A worker that judged thousands of shaders is worth nothing as a witness against the next one: a
file during which it dies, or after which it says what is no fault of a shader, is judged once more,
alone in a fresh process. That second verdict counts.
"""

import asyncio
import contextlib
import os
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from server.commands.effects import source
from server.commands.effects.report import diagnostics_of, words_of
from server.effects.dialects import LARGEST, detect
from server.effects.effect import Effect, Value
from server.effects.folder import read_text
from server.effects.trial import trials
from server.errors import ToqiboxError
from server.jobs.verdict import CPU_S, MEMORY_BYTES
from server.jobs.workers import TaskError, Watch, Worker

_LOOK_S = 0.05
_IDLE_S = 60.0
_MOST_IN_A_ROW = 300
_WEARY_BYTES = 400_000_000
_SMALL, _LARGER, _LARGE = (64, 36), (320, 180), (640, 360)
_LATER_S = 8
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SHADERS_FAULT = ("shader_compile_failed", "shader_rejected")


class Outcome(StrEnum):
    """What became of a file."""

    OK = "ok"
    BLANK = "blank"
    """It draws, and all that it draws is black or transparent."""
    FAILED = "failed"
    """It cannot be read, or does not compile."""
    REJECTED = "rejected"
    """It asks for what is not allowed, crashes the compiler, or outgrows a limit."""
    SKIPPED = "skipped"
    """It is no effect at all."""


@dataclass(frozen=True)
class Limits:
    """What judging one file may take."""

    cpu_s: float = CPU_S
    memory_bytes: int = MEMORY_BYTES


@dataclass(frozen=True)
class Verdict:
    """What became of a file, and why."""

    path: Path
    outcome: Outcome
    reason: str = ""
    id: str | None = None
    """The id that a server offers it under."""
    note: str = ""
    """Said where that is not the id of its name."""
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    dialect: str | None = None
    sequential: bool | None = None
    renderer: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """Diagnostics of severity ``warning``: it is drawn, and something in it has no effect."""

    def to_json(self) -> dict[str, Any]:
        """The verdict as an object of plain values."""
        return {**asdict(self), "path": str(self.path), "outcome": self.outcome.value}


class Unfit(Exception):
    """This machine cannot judge: not even a plain effect can be drawn. The text says why."""


class _Overrun(Exception):
    """A file took more than it may; the worker is gone."""


class Judge:
    """One worker and what it has judged; `close` ends it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._worker: Worker | None = None
        self._judged = 0

    async def judge(self, path: Path, *, named: bool = False) -> Verdict:
        """The verdict on a file.

        Args:
            path: the file.
            named: whether a person named this very file: then it is never passed over.

        Raises:
            Unfit: the machine is at fault, not the file.
        """
        try:
            found = source.read(path)
            row = found.row()
        except ToqiboxError as error:
            return _unread(path, error, named=named)
        except OSError as error:
            return Verdict(path, Outcome.FAILED, f"it cannot be read: {error.strerror}")
        except RecursionError:
            return Verdict(path, Outcome.REJECTED, "it is nested too deeply")
        known = {
            "dialect": found.effect.dialect,
            "sequential": found.effect.sequential,
            "warnings": list(found.effect.warnings),
        }
        verdict = await self._compile(path, row, known)
        if verdict.outcome is Outcome.BLANK and await self._shows(found):
            return replace(verdict, outcome=Outcome.OK, reason="")
        return verdict

    async def close(self) -> None:
        """End the worker, if there is one."""
        worker, self._worker, self._judged = self._worker, None, 0
        if worker is not None:
            await worker.kill()

    async def _compile(self, path: Path, row: dict[str, Any], known: dict[str, Any]) -> Verdict:
        fresh = self._worker is None
        try:
            result = await self._run(row)
        except (TaskError, _Overrun) as error:
            if isinstance(error, TaskError) and error.code in _SHADERS_FAULT:
                return _refused(path, error, known)
            await self.close()
            if not fresh:
                return await self._compile(path, row, known)
            if isinstance(error, TaskError) and not _died(error):
                await self._look_at_the_machine(error)
            return Verdict(path, Outcome.REJECTED, _blame(error), **known)
        known = {
            **known,
            "renderer": result.get("renderer"),
            "warnings": [*known["warnings"], *result["warnings"]],
        }
        if result["blank"]:
            return Verdict(path, Outcome.BLANK, result["why"], **known)
        return Verdict(path, Outcome.OK, **known)

    async def _shows(self, found: source.Source) -> bool:
        """Whether an effect that is blank shows something in another look."""
        for values, size, at_s in _looks(found.effect):
            try:
                result = await self._run(found.row(values), size, at_s)
            except (TaskError, _Overrun):
                await self.close()
                return False
            if not result["blank"]:
                return True
        return False

    async def _run(
        self, row: dict[str, Any], size: tuple[int, int] = _SMALL, at_s: int = 1
    ) -> dict[str, Any]:
        """Compile and draw `row`'s effect in the worker, a fresh one where need be."""
        worker = self._worker
        if worker is None:
            worker = self._worker = await Worker.start("compile")
        try:
            return await watched(worker, _task(row, size, at_s), self._limits)
        finally:
            self._judged += 1
            if self._judged >= _MOST_IN_A_ROW or _memory_bytes(worker) > _WEARY_BYTES:
                await self.close()

    async def _look_at_the_machine(self, error: TaskError) -> None:
        """Tell a file's fault from the machine's: can it draw the plainest effect?"""
        try:
            await self._run(_PLAIN)
        except (TaskError, _Overrun):
            raise Unfit(error.detail.strip().splitlines()[-1] or error.code) from None
        finally:
            await self.close()


async def watched(worker: Worker, task: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Do a task in `worker`, which is killed when it takes more than `limits` for it.

    Processor time and memory are watched from outside, because a limit of the kernel's would count
    all that the worker has done since it was started.

    Raises:
        TaskError: see Worker.run.
        _Overrun: it was killed; says over which limit.
    """
    before = _cpu_s(worker)
    wall_s = max(_IDLE_S, 6 * limits.cpu_s)
    run = asyncio.create_task(worker.run(task, Watch(wall_s, wall_s), lambda _event: None))
    try:
        while not (await asyncio.wait({run}, timeout=_LOOK_S))[0]:
            if _cpu_s(worker) - before > limits.cpu_s:
                raise _Overrun(f"it takes more than {limits.cpu_s:g} s of processor time")
            if _memory_bytes(worker) > limits.memory_bytes:
                megabytes = limits.memory_bytes // 1_000_000
                raise _Overrun(f"it takes more than {megabytes} MB of memory")
        return run.result()
    finally:
        if not run.done():
            run.cancel()  # and that kills the worker
            with contextlib.suppress(asyncio.CancelledError):
                await run


def _looks(effect: Effect) -> list[tuple[dict[str, Value], tuple[int, int], int]]:
    """Values, size and second of further looks: larger, at the start, switched on, later, large.

    One that needs all frames before is not asked for a later one.
    """
    looks: list[tuple[dict[str, Value], tuple[int, int], int]] = [({}, _LARGER, 1), ({}, _SMALL, 0)]
    looks += [(values, _LARGER, 1) for values in trials(effect)]
    looks += [] if effect.sequential else [({}, _LARGER, _LATER_S)]
    return [*looks, ({}, _LARGE, 1)]


def _task(row: dict[str, Any], size: tuple[int, int], at_s: int) -> dict[str, Any]:
    width, height = size
    return {"task": "compile", "effects": [row], "width": width, "height": height, "at": at_s}


_PLAIN: dict[str, Any] = {
    "id": "plain",
    "file": "plain.fs",
    "source": '/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n',
    "vertex": None,
    "params": {},
    "files": {},
}


def _unread(path: Path, error: ToqiboxError, *, named: bool) -> Verdict:
    if not named and _is_no_effect(path):
        return Verdict(path, Outcome.SKIPPED, "no effect")
    return _refused(path, error, {})


def _is_no_effect(path: Path) -> bool:
    try:
        text = read_text(path)
    except OSError:
        return False
    return len(text) <= LARGEST and detect(text) is None


def _refused(path: Path, error: ToqiboxError | TaskError, known: dict[str, Any]) -> Verdict:
    rejected = error.code != "shader_compile_failed"
    outcome = Outcome.REJECTED if rejected else Outcome.FAILED
    found = diagnostics_of(error)
    return Verdict(path, outcome, words_of(error), diagnostics=found, **known)


def _died(error: TaskError) -> bool:
    return error.code in ("worker_crashed", "render_stalled", "render_timeout")


def _blame(error: TaskError | _Overrun) -> str:
    """What a file did to a fresh worker."""
    if isinstance(error, _Overrun):
        return str(error)
    if error.code == "worker_crashed":
        return f"it crashes the shader compiler ({error.detail.partition('.')[0]})"
    if _died(error):
        return "it comes to no end"
    return f"it cannot be drawn: {' '.join(error.detail.split())[-200:]}"


def _cpu_s(worker: Worker) -> float:
    """Processor time that the worker has used so far, seconds; 0 once it is gone (proc(5))."""
    try:
        text = Path(f"/proc/{worker.process.pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICK


def _memory_bytes(worker: Worker) -> int:
    """Memory that the worker holds now; 0 once it is gone (proc(5))."""
    try:
        return int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0
