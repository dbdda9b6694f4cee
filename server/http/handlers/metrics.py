"""GET /metrics, in the text formats of Prometheus."""

import hmac

from aiohttp import web

from server.errors import ToqiboxError
from server.http.app_keys import CONFIG, METRICS
from server.http.headers.authorization import bearer_credentials

_MAX_ACCEPT = 1000


async def show_metrics(request: web.Request) -> web.Response:
    """Return all metrics, also while the server is not ready.

    Raises:
        ToqiboxError: unauthenticated, unless the request has the token of METRICS_TOKEN.
    """
    token = request.app[CONFIG].metrics_token
    if token is not None and not _has_token(request, token):
        raise ToqiboxError("unauthenticated")
    accept = request.headers.get("Accept", "")[:_MAX_ACCEPT]
    body, content_type = await request.app[METRICS].render(accept)
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return web.Response(body=body, headers=headers)


def _has_token(request: web.Request, token: str) -> bool:
    """Compare the bearer token in constant time."""
    given = bearer_credentials(request.headers) or ""
    return hmac.compare_digest(given.encode(), token.encode())
