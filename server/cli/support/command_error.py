"""What a person is told when a command cannot do what it was asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from server.cli.support.editor_messages import describe
from server.errors import ToqiboxError, localize
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_errors

_EXPLAINED = (
    "shader_rejected", "render_failed", "worker_crashed", "internal", "not_ready", "encoder_failed",
)  # fmt: skip
"""Codes whose detail, kept for the log elsewhere, is of use to who sits before the machine."""
_LONGEST = 200

Diagnostics = Sequence[Mapping[str, Any]]


class Refused(Exception):
    """The command cannot do what it was asked; the text is what the person is told.

    Args:
        words: one line.
        status: of the exit: server.cli.main.FAILED or USAGE.
        diagnostics: messages about a shader, to be shown before the line.
        folder: where the file lies that the messages name.
    """

    def __init__(
        self, words: str, status: int, diagnostics: Diagnostics = (), folder: Path | None = None
    ) -> None:
        super().__init__(words)
        self.status = status
        self.diagnostics = diagnostics
        self.folder = folder


def refuse(command: str, problem: Refused) -> int:
    """Say on standard error what is wrong; returns the exit status."""
    for entry in problem.diagnostics:
        print_errors(*describe(entry, problem.folder))
    print_errors(f"toqibox effects {command}: {problem}")
    return problem.status


def words_of(error: ToqiboxError | TaskError) -> str:
    """The catalogue's sentence for an error, with the detail where that is meant for the author."""
    text = localize(error.code, "en", error.values)
    why = _last_line(error.detail or "")
    return f"{text.rstrip('.')}: {why}" if error.code in _EXPLAINED and why else text


def diagnostics_of(error: ToqiboxError | TaskError) -> list[dict[str, Any]]:
    """The shader messages that an error carries."""
    found = error.diagnostics if isinstance(error, ToqiboxError) else error.event.get("diagnostics")
    return list(found or [])


def _last_line(detail: str) -> str:
    rows = [row.strip() for row in detail.splitlines() if row.strip()]
    return rows[-1][:_LONGEST] if rows else ""
