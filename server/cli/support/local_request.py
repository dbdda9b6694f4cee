"""A request to the server of a data folder on this machine."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def send_request(
    address: str, method: str, path: str, timeout_s: float
) -> tuple[int, dict[str, Any]]:
    """Send a request without a body, past every proxy, and return the status and the JSON answer.

    Raises:
        OSError: nothing answers in time, or the answer is no HTTP.
    """
    target = urlsplit(address)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=timeout_s)
    try:
        connection.request(method, path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no answer of this server: {error!r}") from error
    finally:
        connection.close()
