"""What a person is told when a command cannot do what it was asked."""

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
"""Codes whose detail, kept for the log elsewhere, is of use to who sits before the machine."""
_MAX_DETAIL = 200

Diagnostics = Sequence[Mapping[str, Any]]


class CommandError(Exception):
    """The command cannot do what it was asked; the text is what the person is told.

    Args:
        words: one line.
        status: of the exit: server.cli.main.FAILED or USAGE.
        diagnostics: messages about a shader, to be shown before the line.
        folder: where the file lies that the messages name.
    """

    def __init__(
        self, message: str, status: int, diagnostics: Diagnostics = (), folder: Path | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.diagnostics = diagnostics
        self.folder = folder


def report_error(command: str, problem: CommandError) -> int:
    """Say on standard error what is wrong; returns the exit status."""
    for entry in problem.diagnostics:
        print_errors(*format_with_source(entry, problem.folder))
    print_errors(f"toqibox effects {command}: {problem}")
    return problem.status


def error_text(error: ToqiboxError | TaskError) -> str:
    """The catalogue's sentence for an error, with the detail where that is meant for the author."""
    text = localize(error.code, "en", error.values)
    detail = _last_line(error.detail or "")
    return f"{text.rstrip('.')}: {detail}" if error.code in _CODES_WITH_DETAIL and detail else text


def error_diagnostics(error: ToqiboxError | TaskError) -> list[dict[str, Any]]:
    """The shader messages that an error carries."""
    diagnostics = (
        error.diagnostics if isinstance(error, ToqiboxError) else error.event.get("diagnostics")
    )
    return list(diagnostics or [])


def _last_line(detail: str) -> str:
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    return lines[-1][:_MAX_DETAIL] if lines else ""
