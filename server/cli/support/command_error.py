"""The error of a command, and its message for the user."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from server.cli.support.editor_messages import format_with_source
from server.errors import ToqiboxError, localize
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_errors

_CODES_WITH_DETAIL = (
    "shader_rejected", "render_failed", "worker_crashed", "internal", "not_ready", "encoder_failed",
)  # fmt: skip
"""Codes whose detail, which a server only logs, is printed."""
_MAX_DETAIL = 200

Diagnostics = Sequence[Mapping[str, Any]]


class CommandError(Exception):
    """A command cannot be completed.

    Args:
        message: one line for the user.
        status: the exit status, FAILED or USAGE.
        diagnostics: shader diagnostics, printed before the message.
        folder: the folder of the file that the diagnostics name.
    """

    def __init__(
        self, message: str, status: int, diagnostics: Diagnostics = (), folder: Path | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.diagnostics = diagnostics
        self.folder = folder


def report_error(command: str, problem: CommandError) -> int:
    """Print the error of an `effects` command and return the exit status."""
    for entry in problem.diagnostics:
        print_errors(*format_with_source(entry, problem.folder))
    print_errors(f"toqibox effects {command}: {problem}")
    return problem.status


def error_text(error: ToqiboxError | TaskError) -> str:
    """Return the message of an error, with its detail if that is useful to the author."""
    text = localize(error.code, "en", error.values)
    detail = _last_line(error.detail or "")
    return f"{text.rstrip('.')}: {detail}" if error.code in _CODES_WITH_DETAIL and detail else text


def error_diagnostics(error: ToqiboxError | TaskError) -> list[dict[str, Any]]:
    """Return the shader diagnostics of an error."""
    return list(error.diagnostics or [])


def _last_line(detail: str) -> str:
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    return lines[-1][:_MAX_DETAIL] if lines else ""
