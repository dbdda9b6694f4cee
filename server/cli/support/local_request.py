"""A request to the server of a data folder on this machine."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def send_request(
    address: str, method: str, path: str, timeout_s: float
) -> tuple[int, dict[str, Any]]:
    """Send a request without a body or a proxy, and return the status and the JSON response.

    Raises:
        OSError: there is no response in time, or it is not JSON over HTTP.
    """
    target = urlsplit(address)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=timeout_s)
    try:
        connection.request(method, path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"invalid response: {error!r}") from error
    finally:
        connection.close()
