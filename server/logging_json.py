"""The log: one JSON object a line on standard error, whatever a text in it holds."""

import json
import logging
import sys
from datetime import UTC, datetime

_LONGEST = 2000


def log_event(logger: logging.Logger, level: int, event: str, **facts: object) -> None:
    """Log `event` with its facts; None values are left out, long texts are cut."""
    logger.log(level, event, extra={"facts": facts})


class _JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        for name, value in getattr(record, "facts", {}).items():
            if value is not None:
                line[name] = value[-_LONGEST:] if isinstance(value, str) else value
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)[-_LONGEST:]
        return json.dumps(line, default=str)


def set_up(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard error in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
