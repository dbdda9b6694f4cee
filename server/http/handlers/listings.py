"""Listings that a client may cache: their ETag and their query parameters."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.compression import add_vary, takes_gzip
from server.http.headers.ranges import check_if_match, is_not_modified
from server.http.responses import json_response
from server.messages import message
from server.suggestions import explain_unknown_key

P = ParamSpec("P")
T = TypeVar("T")
HEAVY_CALLS = web.AppKey("heavy_calls", asyncio.Semaphore)
MAX_HEAVY_CALLS = 2
"""Threads that make listings at one time: the others stay free for files and the job table."""
_KEPT_IN_304 = ("Cache-Control", "Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy")


async def run_heavy(
    request: web.Request, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a call that keeps a processor busy in a thread, at most MAX_HEAVY_CALLS at a time."""
    async with request.app[HEAVY_CALLS]:
        return await run_in_thread(function, *args, **kwargs)


def with_etag(request: web.Request, data: dict[str, Any]) -> web.Response:
    """Return `data` with an ETag of its content, or 304 to a client that has it already."""
    return revalidate(request, json_response(data, headers={"Cache-Control": "no-cache"}))


def revalidate(request: web.Request, response: web.Response) -> web.Response:
    """Return `response` with an ETag of its content, or 304 to a client that has it already."""
    assert isinstance(response.body, bytes)
    coding = "-gzip" if takes_gzip(request, response.body) else ""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}{coding}"'
    check_if_match(request.headers, tag)
    if is_not_modified(request.headers, tag):
        kept = {name: text for name, text in response.headers.items() if name in _KEPT_IN_304}
        response = web.Response(status=304, headers=kept)
        add_vary(response, "Accept-Encoding")
    response.headers["ETag"] = tag
    return response


def localized_response(request: web.Request, data: dict[str, Any], language: str) -> web.Response:
    """Return a response with an ETag, and the `language` of its texts in its headers."""
    response = with_etag(request, data)
    response.headers["Content-Language"] = language
    add_vary(response, "Accept-Language")
    return response


def includes_all(request: web.Request) -> bool:
    """Return the value of the query `all`; refuse any other query."""
    refuse_unknown_query(request, "all")
    values = request.query.getall("all", ["0"])
    if len(values) > 1:
        raise ToqiboxError(
            "invalid_parameter", field="all", name="all", reason=message("given_twice")
        )
    if values not in (["0"], ["1"]):
        raise ToqiboxError(
            "invalid_parameter", field="all", name="all", reason=message("one_of", known="0, 1")
        )
    return values == ["1"]


def refuse_unknown_query(request: web.Request, *known: str) -> None:
    """Refuse query parameters that are not known, which would be ignored silently."""
    for name in request.query:
        if name not in known:
            shown = name[:64]
            why = explain_unknown_key(name, known) if known else message("not_offered")
            raise ToqiboxError("invalid_parameter", field=shown, name=shown, reason=why)
