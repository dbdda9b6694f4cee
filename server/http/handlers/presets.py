"""GET /presets."""

from typing import Any

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import localize
from server.http.app_keys import PRESETS, SERVICE, language_of
from server.http.handlers.listings import listing, wants_all
from server.jobs.service import Service
from server.jobs.submission.presets import BrokenPreset, Presets


async def index(request: web.Request) -> web.Response:
    """Every preset that can be used; `?all=1`: every file."""
    everything = wants_all(request)
    language = language_of(request)
    service, presets = request.app[SERVICE], request.app[PRESETS]
    listed = await run_in_thread(_listed, service, presets, language, everything=everything)
    return listing(request, {"presets": listed}, language, has_errors=everything)


def _listed(
    service: Service, presets: Presets, language: str, *, everything: bool
) -> list[dict[str, Any]]:
    usable, broken = presets.offered(service.verdicts.offered()[0])
    rows = [preset.describe() for preset in usable]
    if everything:
        rows += [_told(entry, language) for entry in broken]
    return sorted(rows, key=lambda row: str(row["id"]))


def _told(entry: BrokenPreset, language: str) -> dict[str, Any]:
    error = entry.error
    return {
        "id": entry.id,
        "file": entry.file,
        "code": error.code,
        "field": error.field,
        "error": localize(error.code, language, error.values),
        "diagnostics": error.diagnostics or [],
    }
