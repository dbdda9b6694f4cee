"""Lines between server and worker: one JSON object each, a task or an event."""

import json
from typing import Any, cast

from server.messages import Message
from server.protocol.codec import ProtocolError, from_json, to_json, wire_name
from server.protocol.task import ResultT, Task
from server.protocol.tasks import TASKS, AnyTask
from server.protocol.wire.events import EVENTS, Done, Event

MAX_TASK_BYTES = 8 * 1024 * 1024
"""Longest task line: an effect may have 256 kB of source and include 512 kB more."""


def write_task(task: AnyTask) -> bytes:
    """Write a task as a line."""
    return json.dumps({"task": task.name, **to_json(task)}).encode() + b"\n"


def read_task(line: bytes) -> AnyTask:
    """Read a task from a line.

    Raises:
        ProtocolError: the line is incomplete, not JSON, or not a task.
    """
    if not line.endswith(b"\n"):
        raise ProtocolError(f"the task line is incomplete or exceeds {MAX_TASK_BYTES} bytes")
    values = _object(line)
    name = values.pop("task", None)
    kind = TASKS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ProtocolError(f"“{str(name)[:80]}” is not a task")
    return from_json(kind, values, kind.name)


def read_result(task: Task[ResultT], event: Done) -> ResultT:
    """Read the result of a task from its last event.

    Raises:
        ProtocolError: it is not the result of such a task.
    """
    result: Any = from_json(task.result_type, dict(event.result), f"the result of {task.name}")
    return cast(ResultT, result)


def write_event(event: Event) -> bytes:
    """Write an event as a line; values that JSON lacks become text."""
    values = {"event": wire_name(type(event)), **to_json(event)}
    text = json.dumps(values, ensure_ascii=False, default=_plain)
    return text.encode("utf-8", "replace") + b"\n"


def read_event(line: bytes) -> Event:
    """Read an event from a line.

    Raises:
        ProtocolError: the line is not JSON, or not an event.
    """
    values = _object(line)
    name = values.pop("event", None)
    kind = EVENTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ProtocolError(f"“{str(name)[:80]}” is not an event")
    return from_json(kind, values, str(name))


def _object(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the line is not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise ProtocolError("the line is not a JSON object")
    return values


def _plain(value: object) -> object:
    return value.to_json() if isinstance(value, Message) else str(value)
