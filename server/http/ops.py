"""GET / and the two questions of an operator: alive? able to render?"""

from aiohttp import web

import server
from server.errors import ToqiboxError
from server.http.answers import error_answer, json_answer
from server.http.context import SERVICE, language_of, request_id_of
from server.http.threads import settled

ENDPOINTS = {
    "export": "POST /export",
    "status": "GET /export/{jobId}",
    "cancel": "DELETE /export/{jobId}",
    "download": "GET /download/{jobId}",
    "poster": "GET /download/{jobId}/poster.jpg",
    "effects": "GET /effects",
    "effect": "GET /effects/{id}",
    "health": "GET /health",
    "ready": "GET /ready",
    "openapi": "GET /openapi.json",
}


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
    is_ready, facts = await settled(service.readiness)
    if is_ready:
        return json_answer(facts)
    error = ToqiboxError("draining" if service.draining else "not_ready")
    return error_answer(error, request_id_of(request), language_of(request), facts)
