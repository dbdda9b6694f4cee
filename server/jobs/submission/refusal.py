"""The 422 of a field whose value cannot be."""

from server.errors import ToqiboxError
from server.messages import Message


def invalid_field(name: str, why: Message) -> ToqiboxError:
    """The 422 for field `name`."""
    return ToqiboxError("invalid_parameter", field=name, name=name, reason=why)
