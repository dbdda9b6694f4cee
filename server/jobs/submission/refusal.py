"""The error for an invalid value of a field."""

from server.errors import ToqiboxError
from server.messages import Message


def invalid_field(name: str, why: Message) -> ToqiboxError:
    """Create the 422 error for field `name`."""
    return ToqiboxError("invalid_parameter", field=name, name=name, reason=why)
