"""GET /presets."""

from typing import Any

from aiohttp import web

from server.errors import localize
from server.http.app_keys import PRESETS, SERVICE, language_of
from server.http.handlers.listings import includes_all, localized_response, run_heavy
from server.jobs.service import Service
from server.jobs.submission.presets import BrokenPreset, Presets


async def list_presets(request: web.Request) -> web.Response:
    """List the usable presets; with `?all=1` every file."""
    include_all = includes_all(request)
    language = language_of(request)
    service, presets = request.app[SERVICE], request.app[PRESETS]
    entries = await run_heavy(
        request, _entries, service, presets, language, include_all=include_all
    )
    return localized_response(request, {"presets": entries}, language)


def _entries(
    service: Service, presets: Presets, language: str, *, include_all: bool
) -> list[dict[str, Any]]:
    usable, broken = presets.offered(service.validations.offered()[0])
    entries = [preset.describe(language) for preset in usable]
    if include_all:
        entries += [_describe_broken(entry, language) for entry in broken]
    return sorted(entries, key=lambda entry: str(entry["id"]))


def _describe_broken(entry: BrokenPreset, language: str) -> dict[str, Any]:
    error = entry.error
    return {
        "id": entry.id,
        "file": entry.file,
        "code": error.code,
        "field": error.field,
        "error": localize(error.code, language, error.values),
        "diagnostics": error.diagnostics or [],
    }
