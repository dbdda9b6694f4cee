"""Kill a process with SIGKILL at an exact moment, without a change of its code.

The interpreter and SQLite report what a process is about to do: audit events (PEP 578) for files
and connections, and the statements of each SQLite connection. Lines of the log are moments, too.
Each moment is a text:

    sql COMMIT
    os.rename /data/spool/ID /data/jobs/ID
    log job.status_changed to=queued job=ID

A file that is written while the process runs has regular expressions, one on each line. Once the
moments of all of them have come, in this order, the process is killed: before it does what the
last one reports.
"""

import logging
import os
import re
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_EVENTS = ("open", "os.rename", "os.remove", "socket.connect")
"""Audit events that are moments."""


class _KillPoint:
    def __init__(self, file: str) -> None:
        self._file = file
        self._patterns: list[str] | None = None
        self._connections: list[sqlite3.Connection] = []
        """Those that have just been opened."""

    def reach(self, moment: str) -> None:
        """Kill this process if it is the moment for it."""
        if self._patterns is None:
            if not os.path.exists(self._file):
                return
            self._patterns = []  # to open the file is a moment, too
            self._patterns = Path(self._file).read_text().splitlines()
        if self._patterns and re.search(self._patterns[0], moment, re.DOTALL):
            del self._patterns[0]
            if not self._patterns:
                os.kill(os.getpid(), signal.SIGKILL)

    def on_audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event."""
        while self._connections:
            with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                self._connections.pop().set_trace_callback(self._on_statement)
        if event in _EVENTS:
            self.reach(f"{event} {' '.join(map(str, arguments))}")
        elif event == "sqlite3.connect/handle":  # it can be used when the event has ended
            self._connections.extend(arguments)

    def _on_statement(self, statement: str) -> None:
        self.reach(f"sql {statement}")


class _LogMoments(logging.Handler):
    def __init__(self, point: _KillPoint) -> None:
        super().__init__()
        self._point = point

    def emit(self, record: logging.LogRecord) -> None:
        facts = getattr(record, "facts", {})
        texts = [f"{name}={value}" for name, value in facts.items()]
        self._point.reach(" ".join(["log", record.getMessage(), *texts]))


def watch(file: str) -> None:
    """Kill this process at the moment that the file describes, once it exists."""
    point = _KillPoint(file)
    sys.addaudithook(point.on_audit)
    logging.getLogger("server").addHandler(_LogMoments(point))
