"""GET /openapi.json: the HTTP contract for machines."""

from aiohttp import web

from server.http.app_keys import CONFIG
from server.http.openapi.document import document
from server.http.openapi.route import ROUTES_KEY
from server.http.responses import json_response


async def show_document(request: web.Request) -> web.Response:
    """Return the OpenAPI document, with the limits of this server in it."""
    return json_response(document(request.app[CONFIG], request.app[ROUTES_KEY]))
