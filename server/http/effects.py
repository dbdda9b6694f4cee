"""GET /effects and /effects/{id}."""

from aiohttp import web

from server.errors import ToqiboxError
from server.http.answers import json_answer
from server.http.context import LIBRARY
from server.reasons import reason
from server.threads import settled


async def index(request: web.Request) -> web.Response:
    """Every effect that can be used, with its inputs as JSON Schema."""
    _check_query(request)
    effects = await settled(request.app[LIBRARY].all)
    return json_answer({"effects": [effect.describe() for effect in effects]})


async def show(request: web.Request) -> web.Response:
    """One effect; a file that gives none is told with its diagnostics."""
    _check_query(request)
    try:
        effect = await settled(request.app[LIBRARY].get, request.match_info["effect_id"])
    except ToqiboxError as error:
        if error.code == "unknown_effect":
            raise ToqiboxError("not_found") from None
        raise
    return json_answer(effect.describe())


def _check_query(request: web.Request) -> None:
    """Nothing that is asked for is passed over in silence."""
    for name in request.query:
        shown = name[:64]
        raise ToqiboxError(
            "invalid_parameter", field=shown, name=shown, reason=reason("not_offered")
        )
