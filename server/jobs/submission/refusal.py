"""The 422 of a field whose value cannot be."""

from server.errors import ToqiboxError
from server.messages import Reason


def refuse(name: str, why: Reason) -> ToqiboxError:
    """The 422 for field `name`."""
    return ToqiboxError("invalid_parameter", field=name, name=name, reason=why)
