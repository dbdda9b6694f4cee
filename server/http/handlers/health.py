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
from server.http.responses import error_answer, json_answer
from server.jobs.service import Service

ENDPOINTS = {
    "export": "POST /export",
    "status": "GET /export/{jobId}",
    "cancel": "DELETE /export/{jobId}",
    "download": "GET /download/{jobId}",
    "poster": "GET /download/{jobId}/poster.jpg",
    "effects": "GET /effects",
    "effect": "GET /effects/{id}",
    "presets": "GET /presets",
    "health": "GET /health",
    "ready": "GET /ready",
    "openapi": "GET /openapi.json",
}


class Readiness:
    """The service's readiness, remembered for a moment.

    To find out whether the disk can be written costs a synced file, and anybody may ask. What
    can be seen for next to nothing is looked at each time, and a change of it ends the moment.
    """

    def __init__(self, service: Service, age_s: float) -> None:
        self._service = service
        self._age_s = age_s
        self._one_asks = asyncio.Lock()
        self._seen: tuple[object, ...] | None = None
        self._until = 0.0
        self._found: tuple[bool, dict[str, Any]] = (False, {})

    async def now(self) -> tuple[bool, dict[str, Any]]:
        """Whether a render accepted now could succeed, and all that this is judged by."""
        async with self._one_asks:
            seen = await run_in_thread(self._look)
            if seen != self._seen or time.monotonic() >= self._until:
                self._found = await run_in_thread(self._service.readiness)
                self._seen = seen
                self._until = time.monotonic() + self._age_s
            return self._found

    def _look(self) -> tuple[object, ...]:
        service = self._service
        enough = service.data.free_mb() >= service.config.min_free_mb
        # access(2) knows of modes, of read-only file systems and of folders made immutable.
        writable = os.access(service.data.root, os.W_OK | os.X_OK)
        return service.draining, service.health.problems(), enough, writable


READINESS = web.AppKey("readiness", Readiness)


async def root(_request: web.Request) -> web.Response:
    """What this is, as clients of the old server know it."""
    return json_answer(
        {
            "status": "ok",
            "service": "TOQIBOX Render",
            "version": server.__version__,
            "endpoints": ENDPOINTS,
        }
    )


async def health(_request: web.Request) -> web.Response:
    """The process answers."""
    return json_answer({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Whether a render accepted now could succeed, and all that this is judged by."""
    service = request.app[SERVICE]
    is_ready, facts = await request.app[READINESS].now()
    if is_ready:
        return json_answer(facts)
    error = ToqiboxError("draining" if service.draining else "not_ready")
    return error_answer(error, request_id_of(request), language_of(request), facts)
