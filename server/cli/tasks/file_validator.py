"""Validation of many effect files in one worker, each under limits of its own.

A worker may fail because of the shaders that it compiled before. So a file that crashes a used
worker, or fails with an error that is not about the shader, is validated again in a new worker,
and the second result counts.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from server.cli.support.command_error import error_diagnostics, error_text
from server.cli.tasks import effect_loader
from server.cli.tasks.file_validation import FileValidation, ValidationOutcome
from server.cli.tasks.task_limits import LimitExceeded, TaskLimits, memory_bytes, run_limited
from server.effects.diagnostics.suspect import diagnose_crash
from server.effects.dialects import MAX_SOURCE_LENGTH, detect
from server.effects.effect import Effect, Value
from server.effects.library.scanner import read_text
from server.effects.sample_params import sample_params
from server.effects.source.diagnostic import AuthorFile, diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError, Worker
from server.jobs.model.validation_result import blank_warning
from server.protocol.results.drawing import BrowserCompilation, CompiledEffect
from server.protocol.scene import EffectInstance
from server.protocol.tasks import CompileEffect, CompileForBrowser

_MAX_TASKS_PER_WORKER = 300
_MAX_WORKER_BYTES = 400_000_000
_SMALL, _LARGER, _LARGE = (64, 36), (320, 180), (640, 360)
_LATER_S = 8
_DrawSettings = tuple[dict[str, Value], tuple[int, int], int]
"""Values of inputs, frame size, and time in seconds."""
_SHADER_ERRORS = ("shader_compile_failed", "shader_rejected")


class MachineUnfit(Exception):
    """The machine cannot draw even a trivial effect; the text is the reason."""


class FileValidator:
    """Validates files with one worker at a time; `close` ends it."""

    def __init__(self, limits: TaskLimits) -> None:
        self._limits = limits
        self._worker: Worker | None = None
        self._task_count = 0

    async def validate(self, path: Path, *, named: bool = False) -> FileValidation:
        """Validate a file.

        Args:
            path: the file.
            named: the command line names the file itself: it is never skipped.

        Raises:
            MachineUnfit: the machine cannot draw.
        """
        try:
            loaded = effect_loader.read(path)
            instance = loaded.to_instance()
        except ToqiboxError as error:
            return _unreadable(path, error, named=named)
        except OSError as error:
            return FileValidation(
                path, ValidationOutcome.FAILED, f"it cannot be read: {error.strerror}"
            )
        except RecursionError:
            return FileValidation(path, ValidationOutcome.REJECTED, "it is nested too deeply")
        fields = {
            "dialect": loaded.effect.dialect,
            "sequential": loaded.effect.sequential,
            "warnings": list(loaded.effect.warnings),
        }
        validation = await self._compile(path, instance, fields)
        if validation.outcome is ValidationOutcome.BLANK:
            validation = await self._recheck_blank(loaded, validation)
        if validation.outcome not in (ValidationOutcome.OK, ValidationOutcome.BLANK):
            return validation
        return await self._check_browser_compile(validation, instance)

    async def close(self) -> None:
        """End the worker, if there is one."""
        worker, self._worker, self._task_count = self._worker, None, 0
        if worker is not None:
            await worker.kill()

    async def _compile(
        self, path: Path, instance: EffectInstance, fields: dict[str, Any]
    ) -> FileValidation:
        is_first = self._worker is None
        try:
            result = await self._run(instance)
        except (TaskError, LimitExceeded) as error:
            if isinstance(error, TaskError) and error.code in _SHADER_ERRORS:
                return _rejection(path, error, fields)
            await self.close()
            if not is_first:
                return await self._compile(path, instance, fields)
            if isinstance(error, TaskError) and not _worker_died(error):
                await self._check_machine(error)
            failure = diagnose_crash(
                AuthorFile("", path.name, instance.source),
                _failure_text(error),
                late=_timed_out(error),
            )
            message = str(failure["message"])
            return FileValidation(
                path, ValidationOutcome.REJECTED, message, diagnostics=[failure], **fields
            )
        fields = {
            **fields,
            "renderer": result.renderer,
            "warnings": [*fields["warnings"], *result.warnings],
        }
        if result.blank:
            return FileValidation(path, ValidationOutcome.BLANK, result.why, **fields)
        return FileValidation(path, ValidationOutcome.OK, **fields)

    async def _check_browser_compile(
        self, validation: FileValidation, instance: EffectInstance
    ) -> FileValidation:
        """Add the errors that only OpenGL ES reports, as warnings."""
        is_first = self._worker is None
        worker = self._worker = self._worker or await Worker.start(CompileEffect.name)
        try:
            result = await run_limited(worker, CompileForBrowser(effect=instance), self._limits)
        except (TaskError, LimitExceeded) as error:
            await self.close()
            if not is_first:
                return await self._check_browser_compile(validation, instance)
            entry = diagnostic(instance.file, "", None, None, _failure_text(error))
            result = BrowserCompilation(renderer="", why="", diagnostics=(entry,))
        if result.renderer is None:
            return validation
        refused = [
            {**entry, "severity": "warning", "message": f"browsers refuse it: {entry['message']}"}
            for entry in result.diagnostics
            if entry["severity"] == "error"
        ]
        return replace(validation, browser=not refused, warnings=[*validation.warnings, *refused])

    async def _recheck_blank(
        self, loaded: effect_loader.LoadedEffect, validation: FileValidation
    ) -> FileValidation:
        """Return the result for a blank effect after drawing it with other settings.

        If it draws something only with other values of its inputs, it is valid with a warning: its
        defaults show nothing.
        """
        shown = replace(validation, outcome=ValidationOutcome.OK, reason="")
        if await self._draws_something(loaded, _further_draws(loaded.effect)):
            return shown
        if await self._draws_something(
            loaded, [(values, _LARGER, 1) for values in sample_params(loaded.effect)]
        ):
            warning = blank_warning(validation.reason, loaded.effect.file)
            return replace(shown, warnings=[*validation.warnings, warning])
        return validation

    async def _draws_something(
        self, loaded: effect_loader.LoadedEffect, draws: list[_DrawSettings]
    ) -> bool:
        """Return True if the effect draws something with one of these settings."""
        for values, size, at_s in draws:
            try:
                result = await self._run(loaded.to_instance(values), size, at_s)
            except (TaskError, LimitExceeded):
                await self.close()
                return False
            if not result.blank:
                return True
        return False

    async def _run(
        self, instance: EffectInstance, size: tuple[int, int] = _SMALL, at_s: int = 1
    ) -> CompiledEffect:
        """Compile and draw an effect in the worker, which is started if there is none."""
        worker = self._worker
        if worker is None:
            worker = self._worker = await Worker.start(CompileEffect.name)
        try:
            return await run_limited(
                worker, CompileEffect(effects=(instance,), size=size, at_s=at_s), self._limits
            )
        finally:
            self._task_count += 1
            if (
                self._task_count >= _MAX_TASKS_PER_WORKER
                or memory_bytes(worker) > _MAX_WORKER_BYTES
            ):
                await self.close()

    async def _check_machine(self, error: TaskError) -> None:
        """Raise MachineUnfit if not even a trivial effect can be drawn."""
        try:
            await self._run(_PLAIN_EFFECT)
        except (TaskError, LimitExceeded):
            raise MachineUnfit(error.detail.strip().splitlines()[-1] or error.code) from None
        finally:
            await self.close()


def _further_draws(effect: Effect) -> list[_DrawSettings]:
    """Return further settings with default values: larger, at the start, later, large.

    The later time is left out for a sequential effect, which needs all frames before it.
    """
    draws: list[_DrawSettings] = [({}, _LARGER, 1), ({}, _SMALL, 0)]
    draws += [] if effect.sequential else [({}, _LARGER, _LATER_S)]
    return [*draws, ({}, _LARGE, 1)]


_PLAIN_EFFECT = EffectInstance(
    id="plain",
    file="plain.fs",
    source='/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n',
)


def _unreadable(path: Path, error: ToqiboxError, *, named: bool) -> FileValidation:
    if not named and _is_not_effect(path):
        return FileValidation(
            path, ValidationOutcome.SKIPPED, f"not an effect: {_first_message(error)}"
        )
    return _rejection(path, error, {})


def _first_message(error: ToqiboxError) -> str:
    """Return the first message of an error and its hint."""
    diagnostics = error_diagnostics(error)
    if not diagnostics:
        return error_text(error)
    hint = diagnostics[0].get("hint")
    return f"{diagnostics[0]['message']} ({hint})" if hint else str(diagnostics[0]["message"])


def _is_not_effect(path: Path) -> bool:
    try:
        text = read_text(path)
    except OSError:
        return False
    return len(text) <= MAX_SOURCE_LENGTH and detect(text) is None


def _rejection(
    path: Path, error: ToqiboxError | TaskError, fields: dict[str, Any]
) -> FileValidation:
    rejected = error.code != "shader_compile_failed"
    outcome = ValidationOutcome.REJECTED if rejected else ValidationOutcome.FAILED
    diagnostics = error_diagnostics(error)
    return FileValidation(path, outcome, error_text(error), diagnostics=diagnostics, **fields)


def _worker_died(error: TaskError) -> bool:
    return error.code in ("worker_crashed", "render_stalled", "render_timeout")


def _failure_text(error: TaskError | LimitExceeded) -> str:
    """Return a sentence on how a file made a new worker fail."""
    if isinstance(error, LimitExceeded):
        return str(error)
    if error.code == "worker_crashed":
        return f"it crashes the shader compiler ({error.detail.partition('.')[0]})"
    if _worker_died(error):
        return "it does not finish"
    return f"it cannot be drawn: {' '.join(error.detail.split())[-200:]}"


def _timed_out(error: TaskError | LimitExceeded) -> bool:
    if isinstance(error, LimitExceeded):
        return error.timed_out
    return error.code in ("render_stalled", "render_timeout")
