"""The log: one JSON object per line on standard error."""

import json
import logging
import sys
from datetime import UTC, datetime

_MAX_TEXT = 2000


def log_event(logger: logging.Logger, level: int, event: str, **facts: object) -> None:
    """Log `event` with its facts; omit None values and truncate long texts."""
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
                line[name] = value[-_MAX_TEXT:] if isinstance(value, str) else value
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)[-_MAX_TEXT:]
        return json.dumps(line, default=str)


def set_up(level: int = logging.INFO) -> None:
    """Send the records of every logger to standard error in this format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
