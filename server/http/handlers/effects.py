"""GET /effects and /effects/{id}."""

from contextlib import suppress
from typing import Any

from aiohttp import web

from server.concurrency import run_in_thread
from server.effects.effect import Effect
from server.effects.library.library import Broken
from server.effects.model.feature import FEATURES
from server.effects.web_program import program
from server.errors import ToqiboxError, localize
from server.http.app_keys import SERVICE, language_of
from server.http.handlers.listings import listing, refuse_queries, tagged, wants_all
from server.jobs.service import Service
from server.jobs.validation.cache import Verdicts


async def index(request: web.Request) -> web.Response:
    """Every effect that can be used, with its inputs as JSON Schema, and every feature of the
    sound that an input can be bound to; `?all=1`: every file, judged or not, and warnings."""
    everything = wants_all(request)
    language = language_of(request)
    listed = await run_in_thread(_listed, request.app[SERVICE], language, everything=everything)
    features = [feature.describe() for feature in FEATURES.values()]
    found = {"effects": listed, "features": features}
    return listing(request, found, language, has_errors=everything)


def _listed(service: Service, language: str, *, everything: bool) -> list[dict[str, Any]]:
    usable, broken = service.verdicts.offered()
    rows = []
    for effect in usable:
        with suppress(ToqiboxError):  # its files were changed or removed meanwhile
            rows += _row(service.verdicts, effect, everything=everything)
    if everything:
        rows += [_told(entry, language) for entry in broken]
    return sorted(rows, key=lambda row: str(row["id"]))


def _row(verdicts: Verdicts, effect: Effect, *, everything: bool) -> list[dict[str, Any]]:
    """Return the row of an effect, or none where it is not offered.

    Raises:
        ToqiboxError: unknown_effect and what read_source raises: its files are not as they were.
    """
    if not everything:
        return [effect.describe()] if verdicts.is_offered(effect) else []
    judged, warnings = verdicts.is_judged(effect), verdicts.warnings(effect)
    return [{**effect.describe(), "judged": judged, "warnings": warnings}]


def _told(entry: Broken, language: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "file": entry.file,
        "code": entry.code,
        "error": localize(entry.code, language, {"name": entry.id}),
        "diagnostics": entry.diagnostics,
    }


async def show(request: web.Request) -> web.Response:
    """One effect, and its program for a browser; a bad file is told with its diagnostics.

    One that nobody has judged yet is judged first: a browser is to run nothing that is unseen.
    """
    refuse_queries(request)
    verdicts = request.app[SERVICE].verdicts
    try:
        effect = await run_in_thread(verdicts.effect, request.match_info["effect_id"])
        if not await run_in_thread(verdicts.is_offered, effect):
            await verdicts.enforce(await run_in_thread(verdicts.source_of, effect))
    except ToqiboxError as error:
        if error.code == "unknown_effect":
            raise ToqiboxError("not_found") from None
        raise
    shown = {**effect.describe(), "sequential": effect.sequential}
    shown["program"] = await run_in_thread(program, effect)
    return tagged(request, shown)
