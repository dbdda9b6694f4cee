"""The middleware that counts requests for the metrics."""

import asyncio
import time
from contextlib import nullcontext

from aiohttp import web

from server.http.app_keys import METRICS, TRANSFERS, response_of
from server.http.openapi.route import Handler
from server.metrics.http_counters import UNKNOWN_ROUTE

UNKNOWN_PATH = "/{path:.*}"
"""The pattern of the resource that takes every path which is not a route."""


@web.middleware
async def count_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the request when it has been handled, with the status of its response."""
    started = time.monotonic()
    status: int | None = None
    counters, route = request.app[METRICS].http, route_template(request)
    is_transfer = route.startswith("/download/") or request.method == "POST"
    try:
        with request.app[TRANSFERS].counted() if is_transfer else nullcontext():
            response = await handler(request)
        status = response.status
    except asyncio.CancelledError:  # the client has disconnected, or the server is stopping
        sent = response_of(request)
        status = sent.status if sent else None
        raise
    finally:
        seconds = time.monotonic() - started
        counters.count_request(request.method, route, status, seconds)
    return response


def route_template(request: web.Request) -> str:
    """Return the path of the route with its parameters in braces."""
    resource = request.match_info.route.resource
    if resource is None or resource.canonical == UNKNOWN_PATH.replace(":.*", ""):
        return UNKNOWN_ROUTE
    return resource.canonical
