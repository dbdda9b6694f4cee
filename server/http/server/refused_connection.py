"""The answer to a connection that has no place."""

import asyncio
import os
from contextlib import suppress

from server.config import Config
from server.errors import ToqiboxError
from server.http.responses import error_response
from server.http.server.middleware import add_common_headers, new_request_id

_READ_BYTES = 65_536


def refuse_connection(transport: asyncio.Transport, config: Config) -> None:
    """Answer 503 without a request being read, and close; no place and no time is spent on it."""
    # Closing resets a connection with bytes that were not read, and with it the response.
    with suppress(OSError):
        os.read(transport.get_extra_info("socket").fileno(), _READ_BYTES)
    transport.write(_response(config))
    transport.close()


def _response(config: Config) -> bytes:
    request_id = new_request_id()
    response = error_response(ToqiboxError("too_many_connections"), request_id, "en")
    add_common_headers(response, config, request_id, None)
    body = response.body
    assert isinstance(body, bytes)
    response.headers.update({"Connection": "close", "Content-Length": str(len(body))})
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
