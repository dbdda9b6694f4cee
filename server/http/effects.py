"""GET /effects and /effects/{id}."""

import hashlib
from typing import Any

from aiohttp import web

from server.effects.feature import FEATURES
from server.effects.library import Broken
from server.effects.program import program
from server.errors import ToqiboxError, sentence
from server.http.answers import json_answer
from server.http.context import SERVICE, language_of
from server.http.ranges import is_known
from server.jobs.service import Service
from server.reasons import reason
from server.threads import settled


async def index(request: web.Request) -> web.Response:
    """Every effect that can be used, with its inputs as JSON Schema, and every feature of the
    sound that an input can be bound to; `?all=1`: every file."""
    wants_all = _wants_all(request)
    language = language_of(request)
    listed = await settled(_listed, request.app[SERVICE], language, wants_all=wants_all)
    features = [feature.describe() for feature in FEATURES.values()]
    answer = _tagged(request, {"effects": listed, "features": features})
    if wants_all:
        answer.headers["Content-Language"] = language
        answer.headers["Vary"] = "Accept-Language"
    return answer


def _listed(service: Service, language: str, *, wants_all: bool) -> list[dict[str, Any]]:
    usable, broken = service.verdicts.offered()
    rows = [effect.describe() for effect in usable]
    if wants_all:
        rows += [_told(entry, language) for entry in broken]
    return sorted(rows, key=lambda row: str(row["id"]))


def _told(entry: Broken, language: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "file": entry.file,
        "code": entry.code,
        "error": sentence(entry.code, language, {"name": entry.id}),
        "diagnostics": entry.diagnostics,
    }


async def show(request: web.Request) -> web.Response:
    """One effect, and its program for a browser; a bad file is told with its diagnostics."""
    _refuse_queries(request)
    try:
        effect_id = request.match_info["effect_id"]
        effect = await settled(request.app[SERVICE].verdicts.effect, effect_id)
    except ToqiboxError as error:
        if error.code == "unknown_effect":
            raise ToqiboxError("not_found") from None
        raise
    shown = {**effect.describe(), "sequential": effect.sequential}
    shown["program"] = await settled(program, effect)
    return _tagged(request, shown)


def _tagged(request: web.Request, data: dict[str, Any]) -> web.Response:
    """`data` with a tag of its content: whoever has it already is told only that."""
    answer = json_answer(data, headers={"Cache-Control": "no-cache"})
    assert isinstance(answer.body, bytes)
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    if is_known(request.headers, tag):
        answer = web.Response(status=304, headers={"Cache-Control": "no-cache"})
    answer.headers["ETag"] = tag
    return answer


def _wants_all(request: web.Request) -> bool:
    """The value of `all`; whatever else is asked for is refused."""
    _refuse_queries(request, "all")
    values = request.query.getall("all", ["0"])
    if values not in (["0"], ["1"]):
        raise ToqiboxError(
            "invalid_parameter", field="all", name="all", reason=reason("one_of", known="0, 1")
        )
    return values == ["1"]


def _refuse_queries(request: web.Request, *known: str) -> None:
    """Nothing that is asked for is passed over in silence."""
    for name in request.query:
        if name not in known:
            shown = name[:64]
            raise ToqiboxError(
                "invalid_parameter", field=shown, name=shown, reason=reason("not_offered")
            )
