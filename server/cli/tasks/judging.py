"""Judging effect files: many in a row in one worker, each under limits of its own.

A worker that judged thousands of shaders is worth nothing as a witness against the next one: a
file during which it dies, or after which it says what is no fault of a shader, is judged once more,
alone in a fresh process. That second verdict counts.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from server.cli.support.command_error import diagnostics_of, words_of
from server.cli.tasks import effect_source
from server.cli.tasks.task_limits import Limits, Overrun, memory_bytes, watched
from server.cli.tasks.verdict import Outcome, Verdict
from server.effects.diagnostics.suspect import diagnose_crash
from server.effects.dialects import MAX_SOURCE_LENGTH, detect
from server.effects.effect import Effect, Value
from server.effects.library.scanner import read_text
from server.effects.sample_params import sample_params
from server.effects.source.diagnostic import AuthorFile, diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError, Worker
from server.jobs.model.validation_result import blank_warning

_MOST_IN_A_ROW = 300
_WEARY_BYTES = 400_000_000
_SMALL, _LARGER, _LARGE = (64, 36), (320, 180), (640, 360)
_LATER_S = 8
_Look = tuple[dict[str, Value], tuple[int, int], int]
"""Values of inputs, width and height, and the second that is drawn."""
_SHADERS_FAULT = ("shader_compile_failed", "shader_rejected")


class Unfit(Exception):
    """This machine cannot judge: not even a plain effect can be drawn. The text says why."""


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
            found = effect_source.read(path)
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
        if verdict.outcome is Outcome.BLANK:
            verdict = await self._looked_at(found, verdict)
        if verdict.outcome not in (Outcome.OK, Outcome.BLANK):
            return verdict
        return await self._compiled_for_browsers(verdict, row)

    async def close(self) -> None:
        """End the worker, if there is one."""
        worker, self._worker, self._judged = self._worker, None, 0
        if worker is not None:
            await worker.kill()

    async def _compile(self, path: Path, row: dict[str, Any], known: dict[str, Any]) -> Verdict:
        fresh = self._worker is None
        try:
            result = await self._run(row)
        except (TaskError, Overrun) as error:
            if isinstance(error, TaskError) and error.code in _SHADERS_FAULT:
                return _refused(path, error, known)
            await self.close()
            if not fresh:
                return await self._compile(path, row, known)
            if isinstance(error, TaskError) and not _died(error):
                await self._look_at_the_machine(error)
            found = diagnose_crash(
                AuthorFile("", path.name, row["source"]), _blame(error), late=_is_late(error)
            )
            words = str(found["message"])
            return Verdict(path, Outcome.REJECTED, words, diagnostics=[found], **known)
        known = {
            **known,
            "renderer": result.get("renderer"),
            "warnings": [*known["warnings"], *result["warnings"]],
        }
        if result["blank"]:
            return Verdict(path, Outcome.BLANK, result["why"], **known)
        return Verdict(path, Outcome.OK, **known)

    async def _compiled_for_browsers(self, verdict: Verdict, row: dict[str, Any]) -> Verdict:
        """Add as warnings the errors that an effect has as OpenGL ES alone."""
        fresh = self._worker is None
        worker = self._worker = self._worker or await Worker.start("compile")
        try:
            result = await watched(worker, {"task": "browser", "effects": [row]}, self._limits)
        except (TaskError, Overrun) as error:
            await self.close()
            if not fresh:
                return await self._compiled_for_browsers(verdict, row)
            entry = diagnostic(row["file"], "", None, None, _blame(error))
            result = {"renderer": "", "diagnostics": [entry]}
        if result["renderer"] is None:
            return verdict
        refused = [
            {**entry, "severity": "warning", "message": f"browsers refuse it: {entry['message']}"}
            for entry in result["diagnostics"]
            if entry["severity"] == "error"
        ]
        return replace(verdict, browser=not refused, warnings=[*verdict.warnings, *refused])

    async def _looked_at(self, found: effect_source.Source, verdict: Verdict) -> Verdict:
        """Return the verdict on an effect that was blank, after further looks.

        One that shows something with other values alone is drawn, and warned about: whoever sets
        nothing sees nothing.
        """
        shown = replace(verdict, outcome=Outcome.OK, reason="")
        if await self._shows(found, _looks(found.effect)):
            return shown
        if await self._shows(
            found, [(values, _LARGER, 1) for values in sample_params(found.effect)]
        ):
            warning = blank_warning(verdict.reason, found.effect.file)
            return replace(shown, warnings=[*verdict.warnings, warning])
        return verdict

    async def _shows(self, found: effect_source.Source, looks: list[_Look]) -> bool:
        """Report whether an effect that is blank shows something in one of these looks."""
        for values, size, at_s in looks:
            try:
                result = await self._run(found.row(values), size, at_s)
            except (TaskError, Overrun):
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
            if self._judged >= _MOST_IN_A_ROW or memory_bytes(worker) > _WEARY_BYTES:
                await self.close()

    async def _look_at_the_machine(self, error: TaskError) -> None:
        """Tell a file's fault from the machine's: can it draw the plainest effect?"""
        try:
            await self._run(_PLAIN)
        except (TaskError, Overrun):
            raise Unfit(error.detail.strip().splitlines()[-1] or error.code) from None
        finally:
            await self.close()


def _looks(effect: Effect) -> list[_Look]:
    """Further looks with the defaults: larger, at the start, later, large.

    One that needs all frames before is not asked for a later one.
    """
    looks: list[_Look] = [({}, _LARGER, 1), ({}, _SMALL, 0)]
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
        return Verdict(path, Outcome.SKIPPED, f"no effect: {_first_words(error)}")
    return _refused(path, error, {})


def _first_words(error: ToqiboxError) -> str:
    """The first message of an error and its hint."""
    found = diagnostics_of(error)
    if not found:
        return words_of(error)
    hint = found[0].get("hint")
    return f"{found[0]['message']} ({hint})" if hint else str(found[0]["message"])


def _is_no_effect(path: Path) -> bool:
    try:
        text = read_text(path)
    except OSError:
        return False
    return len(text) <= MAX_SOURCE_LENGTH and detect(text) is None


def _refused(path: Path, error: ToqiboxError | TaskError, known: dict[str, Any]) -> Verdict:
    rejected = error.code != "shader_compile_failed"
    outcome = Outcome.REJECTED if rejected else Outcome.FAILED
    found = diagnostics_of(error)
    return Verdict(path, outcome, words_of(error), diagnostics=found, **known)


def _died(error: TaskError) -> bool:
    return error.code in ("worker_crashed", "render_stalled", "render_timeout")


def _blame(error: TaskError | Overrun) -> str:
    """What a file did to a fresh worker."""
    if isinstance(error, Overrun):
        return str(error)
    if error.code == "worker_crashed":
        return f"it crashes the shader compiler ({error.detail.partition('.')[0]})"
    if _died(error):
        return "it does not finish"
    return f"it cannot be drawn: {' '.join(error.detail.split())[-200:]}"


def _is_late(error: TaskError | Overrun) -> bool:
    if isinstance(error, Overrun):
        return error.late
    return error.code in ("render_stalled", "render_timeout")
