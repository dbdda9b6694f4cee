"""The log: one JSON object per line on standard error."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

_MAX_TEXT = 2000
_NO_FACTS: Mapping[str, object] = MappingProxyType({})
_CONTEXT: ContextVar[Mapping[str, object]] = ContextVar("log_context", default=_NO_FACTS)


@contextmanager
def log_context(**facts: object) -> Iterator[None]:
    """Add facts to every line that is logged in the block, and in the tasks that it creates.

    Those of a line itself replace them; None leaves a fact out.
    """
    token = _CONTEXT.set({**_CONTEXT.get(), **facts})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def log_event(logger: logging.Logger, level: int, event: str, **facts: object) -> None:
    """Log `event` with its facts; omit None values and truncate long texts."""
    logger.log(level, event, extra={"facts": facts})


class JsonLine(logging.Formatter):
    """Formats a record as a line of the log."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        for name, value in {**_CONTEXT.get(), **getattr(record, "facts", {})}.items():
            if value is not None:
                line[name] = value[-_MAX_TEXT:] if isinstance(value, str) else value
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)[-_MAX_TEXT:]
        return json.dumps(line, default=str)


def set_up(level: int = logging.INFO) -> None:
    """Send the records of every logger to standard error in this format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
