"""Validation result of an effect: it is compiled and two of its frames are rendered."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from server.effects.diagnostics.suspect import diagnose_crash
from server.effects.source.diagnostic import AuthorFile, diagnostic
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.protocol.results.drawing import CompiledEffect

CPU_S = 10
"""Limit of processor time for compiling and rendering."""
MEMORY_BYTES = 1_000_000_000
"""Limit of address space on a software renderer."""
WALL_S = 20.0
"""Limit of wall-clock time on a GPU."""
_OVERRUN = f"compiling it and rendering two frames took more than {CPU_S} s of processor time"
_OUT_OF_MEMORY = "MemoryError"
_TOO_LARGE = "compiling it and rendering two frames exceeds the memory limit"
_CRASH = "it crashes the renderer, or exceeds the memory limit"
_TOO_LONG = f"compiling it and rendering two frames took more than {WALL_S:.0f} s"


@dataclass(frozen=True)
class ValidationResult:
    """Result of validating an effect with one driver."""

    code: str | None = None
    """None if it is valid; else ``shader_compile_failed`` or ``shader_rejected``."""
    diagnostics: tuple[dict[str, Any], ...] = ()
    detail: str = ""
    """Text for the log."""
    blank: bool = False
    """True if both frames are blank."""
    warnings: tuple[dict[str, Any], ...] = ()
    """Diagnostics of severity ``warning`` about the rendered frames."""
    pixel_s: float = 0.0
    """Seconds of a frame per pixel; see render/effect/cost.py."""
    fixed_s: float = 0.0
    """Seconds of a frame independent of its size."""
    still_pixel_s: float = 0.0
    """Seconds per pixel of the passes that are rendered once, in the first frame."""
    still_fixed_s: float = 0.0
    """Seconds of those passes independent of the frame size."""
    ended_worker: bool = False
    """True if the worker hung, crashed or exceeded its limits."""

    def raise_if_invalid(self, effect_id: str) -> None:
        """Refuse an effect that is not valid.

        Raises:
            ToqiboxError: with the code of the result; the field is ``effect``.
        """
        if self.code is not None:
            raise ToqiboxError(
                self.code,
                field="effect",
                name=effect_id,
                diagnostics=list(self.diagnostics),
                detail=self.detail,
            )

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "ValidationResult":
        values = json.loads(text)
        lists = {name: tuple(values.get(name) or ()) for name in ("diagnostics", "warnings")}
        return cls(**{**values, **lists})


def from_task_error(
    error: TaskError, author: AuthorFile, *, software: bool
) -> ValidationResult | None:
    """Return the result of a failed ``compile`` task; None if the effect may not be the cause.

    External kills, such as by a kernel that is out of memory, use SIGKILL; the limits of the
    process itself end it by other signals. On a GPU wall-clock time shows how long the shader
    runs, which takes no processor time there; on a software renderer it shows the machine's load.

    Args:
        error: error of the task.
        author: file of the effect, for diagnostics.
        software: true on a software renderer.
    """
    if error.code in ("shader_compile_failed", "shader_rejected"):
        diagnostics = tuple(error.diagnostics or ())
        generic = diagnostic(author.file, "", None, None, "it cannot be used")
        return ValidationResult(error.code, diagnostics or (generic,), error.detail)
    if is_timeout(error):
        return None if software else timed_out(error, author)
    if error.code == "internal" and _OUT_OF_MEMORY in error.detail:
        return _rejected(author, _TOO_LARGE, error)
    if error.code != "worker_crashed" or error.is_external:
        return None
    overrun = not is_crash(error)
    result = _rejected(author, _OVERRUN if overrun else _CRASH, error, late=overrun)
    return replace(result, ended_worker=True)


def from_task_result(result: CompiledEffect, file: str) -> ValidationResult:
    """Return the result of a finished ``compile`` task.

    Args:
        result: result of the task.
        file: file of the effect, for diagnostics.
    """
    warnings = tuple(dict(entry) for entry in result.warnings)
    if result.blank:
        warnings += (blank_warning(result.why, file),)
    return ValidationResult(blank=result.blank, warnings=warnings, **asdict(result.cost))


def blank_warning(why: str, file: str) -> dict[str, Any]:
    """Return the warning about an effect that is blank with its defaults.

    Args:
        why: the likely reason; may be empty.
        file: the effect's file.
    """
    message = f"the frames drawn are blank: {why or 'all is black'}"
    return {**diagnostic(file, "", None, None, message), "severity": "warning"}


def is_timeout(error: TaskError) -> bool:
    """Return whether a task exceeded a wall-clock limit."""
    return error.code in ("render_timeout", "render_stalled")


def is_crash(error: TaskError) -> bool:
    """Return whether a process ended by itself, other than by its limit of processor time."""
    return error.code == "worker_crashed" and not error.detail.startswith("signal SIGXCPU")


def timed_out(error: TaskError, author: AuthorFile) -> ValidationResult:
    """Return the result for an effect that exceeds the wall-clock limit."""
    return replace(_rejected(author, _TOO_LONG, error, late=True), ended_worker=True)


def not_drawable(error: TaskError, author: AuthorFile) -> ValidationResult:
    """Return the result for an effect that fails on a machine that renders others."""
    return _rejected(author, "it compiles, but cannot be rendered", error)


def _rejected(
    author: AuthorFile, why: str, error: TaskError, *, late: bool = False
) -> ValidationResult:
    diagnostics = diagnose_crash(author, why, late=late)
    return ValidationResult("shader_rejected", (diagnostics,), error.detail)
