"""GET / and the two questions of an operator: alive? able to render?"""

import asyncio
import os
import time
from typing import Any

from aiohttp import web

import server
from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.app_keys import SERVICE, language_of, request_id_of
from server.http.openapi.route import ROUTES_KEY
from server.http.responses import error_response, json_response
from server.jobs.service import Service


class Readiness:
    """The service's readiness, remembered for a moment.

    To find out whether the disk can be written costs a synced file, and anybody may ask. What
    can be seen for next to nothing is looked at each time, and a change of it ends the moment.
    """

    def __init__(self, service: Service, cache_s: float) -> None:
        self._service = service
        self._cache_s = cache_s
        self._lock = asyncio.Lock()
        self._last_indicators: tuple[object, ...] | None = None
        self._expires_at = 0.0
        self._result: tuple[bool, dict[str, Any]] = (False, {})

    async def check(self) -> tuple[bool, dict[str, Any]]:
        """Whether a render accepted now could succeed, and all that this is judged by."""
        async with self._lock:
            indicators = await run_in_thread(self._indicators)
            if indicators != self._last_indicators or time.monotonic() >= self._expires_at:
                self._result = await run_in_thread(self._service.readiness)
                self._last_indicators = indicators
                self._expires_at = time.monotonic() + self._cache_s
            return self._result

    def _indicators(self) -> tuple[object, ...]:
        service = self._service
        # access(2) knows of modes, of read-only file systems and of folders made immutable.
        writable = os.access(service.data.root, os.W_OK | os.X_OK)
        return (
            service.draining,
            service.machine.problems(),
            service.admission.has_free_space,
            writable,
        )


READINESS = web.AppKey("readiness", Readiness)


async def root(request: web.Request) -> web.Response:
    """What this is, as clients of the old server know it."""
    return json_response(
        {
            "status": "ok",
            "service": "TOQIBOX Render",
            "version": server.__version__,
            "endpoints": {
                route.endpoint: f"{route.method} {route.path}"
                for route in request.app[ROUTES_KEY]
                if route.endpoint
            },
        }
    )


async def health(_request: web.Request) -> web.Response:
    """The process answers."""
    return json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Whether a render accepted now could succeed, and all that this is judged by."""
    service = request.app[SERVICE]
    is_ready, facts = await request.app[READINESS].check()
    if is_ready:
        return json_response(facts)
    error = ToqiboxError("draining" if service.draining else "not_ready")
    return error_response(error, request_id_of(request), language_of(request), facts)
