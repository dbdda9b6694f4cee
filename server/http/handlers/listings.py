"""Listings that a client may keep: their tag, and the queries that they take."""

import hashlib
from typing import Any

from aiohttp import web

from server.errors import ToqiboxError
from server.http.headers.ranges import is_known, refuse_stale
from server.http.responses import json_answer
from server.messages import message


def tagged(request: web.Request, data: dict[str, Any]) -> web.Response:
    """`data` with a tag of its content: whoever has it already is told only that."""
    answer = json_answer(data, headers={"Cache-Control": "no-cache"})
    assert isinstance(answer.body, bytes)
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    refuse_stale(request.headers, tag)
    if is_known(request.headers, tag):
        answer = web.Response(status=304, headers={"Cache-Control": "no-cache"})
    answer.headers["ETag"] = tag
    return answer


def listing(
    request: web.Request, data: dict[str, Any], language: str, *, has_errors: bool
) -> web.Response:
    """A tagged answer; with errors in it, it says that they are in `language`."""
    answer = tagged(request, data)
    if has_errors:
        answer.headers["Content-Language"] = language
        answer.headers["Vary"] = "Accept-Language"
    return answer


def wants_all(request: web.Request) -> bool:
    """The value of `all`; whatever else is asked for is refused."""
    refuse_queries(request, "all")
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


def refuse_queries(request: web.Request, *known: str) -> None:
    """Nothing that is asked for is passed over in silence."""
    for name in request.query:
        if name not in known:
            shown = name[:64]
            raise ToqiboxError(
                "invalid_parameter", field=shown, name=shown, reason=message("not_offered")
            )
