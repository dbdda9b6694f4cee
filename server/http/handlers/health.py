"""GET /, and the checks of an operator: /health (alive) and /ready (able to render)."""

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
    """The readiness of the service, cached for a moment.

    Checking that the disk is writable costs a synced file, and any client may ask. Cheap indicators
    are read each time, and a change of one invalidates the cache.
    """

    def __init__(self, service: Service, cache_s: float) -> None:
        self._service = service
        self._cache_s = cache_s
        self._lock = asyncio.Lock()
        self._last_indicators: tuple[object, ...] | None = None
        self._expires_at = 0.0
        self._result: tuple[bool, dict[str, Any]] = (False, {})

    async def check(self) -> tuple[bool, dict[str, Any]]:
        """Return whether a render accepted now could succeed, and the facts behind it."""
        async with self._lock:
            indicators = await run_in_thread(self._indicators)
            if indicators != self._last_indicators or time.monotonic() >= self._expires_at:
                self._result = await self._service.readiness()
                self._last_indicators = indicators
                self._expires_at = time.monotonic() + self._cache_s
            return self._result

    async def is_ready(self) -> bool:
        """Return whether a render accepted now could succeed."""
        return (await self.check())[0]

    def _indicators(self) -> tuple[object, ...]:
        service = self._service
        # access(2) covers modes, read-only file systems and immutable folders.
        writable = os.access(service.data.root, os.W_OK | os.X_OK)
        return (
            service.draining,
            service.machine.problems(),
            service.admission.has_free_space,
            writable,
        )


READINESS = web.AppKey("readiness", Readiness)


async def root(request: web.Request) -> web.Response:
    """Describe the service, in the form that clients of the old server know."""
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
    """Answer that the process is alive."""
    return json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Return whether a render accepted now could succeed, and the facts behind it."""
    service = request.app[SERVICE]
    is_ready, facts = await request.app[READINESS].check()
    if is_ready:
        return json_response(facts)
    error = ToqiboxError("draining" if service.draining else "not_ready")
    return error_response(error, request_id_of(request), language_of(request), facts)
