"""GET /client/toqibox.js and /client/toqibox.d.ts: the client for JavaScript, and its types."""

from functools import cache
from pathlib import Path

from aiohttp import web

import server
from server.http.handlers.listings import refuse_unknown_query, revalidate

_FOLDER = Path(server.__file__).resolve().parent / "web" / "client"
_HEADERS = {
    "Cache-Control": "no-cache",
    # Pages of any origin import it, also where CORS_ORIGINS lists those that may use the API.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
MODULE_TYPE = "text/javascript"
DECLARATIONS_TYPE = "application/typescript"


async def show_module(request: web.Request) -> web.Response:
    """Return the module."""
    return _respond(request, "toqibox.js", MODULE_TYPE)


async def show_declarations(request: web.Request) -> web.Response:
    """Return the types of the module."""
    return _respond(request, "toqibox.d.ts", DECLARATIONS_TYPE)


def _respond(request: web.Request, name: str, content_type: str) -> web.Response:
    refuse_unknown_query(request)
    response = web.Response(body=_content(name), headers=_HEADERS)
    response.headers["Content-Type"] = f"{content_type}; charset=utf-8"
    return revalidate(request, response)


@cache
def _content(name: str) -> bytes:
    """Return a file of the client, which is read once."""
    return (_FOLDER / name).read_bytes()
