"""GET /openapi.json: the HTTP contract for machines."""

from aiohttp import web

from server.http.app_keys import CONFIG, SERVICE
from server.http.handlers.listings import run_heavy
from server.http.openapi.document import document
from server.http.openapi.route import ROUTES_KEY
from server.http.responses import json_response


async def show_document(request: web.Request) -> web.Response:
    """Return the OpenAPI document, with the limits and codecs of this server in it."""
    codecs = request.app[SERVICE].machine.codecs
    arguments = (request.app[CONFIG], request.app[ROUTES_KEY], codecs)
    return json_response(await run_heavy(request, document, *arguments))
