"""The one error object of docs/http.md, checked in each response that a test receives."""

import json
from collections.abc import Mapping

_PROPERTIES = frozenset({"success", "error", "code", "retryable", "requestId"})


def check_error(request: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Check the body of a response with an error status.

    Args:
        request: method and target, separated by a space.
        status: of the response.
        headers: of the response, names in lower case.
        body: of the response.
    """
    method, _, target = request.partition(" ")
    is_report = target.split("?")[0] == "/ready" and status == 503
    is_of_proxy = headers.get("server", "").startswith("nginx") and body.startswith(b"<html>")
    if status < 400 or method == "HEAD" or is_report or is_of_proxy:
        return
    payload = json.loads(body)
    assert payload.keys() >= _PROPERTIES, payload
    assert payload["success"] is False
    assert payload["requestId"] == headers["x-request-id"]
    assert all(payload[name] and isinstance(payload[name], str) for name in ("error", "code"))
    assert isinstance(payload["retryable"], bool)
    assert payload.get("field", "a field")
