"""GET /effects and /effects/{id}."""

from contextlib import suppress
from typing import Any

from aiohttp import web

from server.concurrency import run_in_thread
from server.effects.effect import Effect
from server.effects.library.library import InvalidEffect
from server.effects.model.control import describe_groups
from server.effects.model.feature import FEATURES
from server.effects.params.modulation_schema import definitions
from server.effects.web_program import build_program
from server.errors import ToqiboxError, localize
from server.http.app_keys import SERVICE, language_of
from server.http.handlers.listings import (
    includes_all,
    localized_response,
    refuse_unknown_query,
    run_heavy,
)
from server.jobs.service import Service
from server.jobs.validation.cache import ValidationCache


async def list_effects(request: web.Request) -> web.Response:
    """List the usable effects with their inputs, and the features that inputs can be bound to.

    With `?all=1` list every file, validated or not, and its warnings.
    """
    include_all = includes_all(request)
    language = language_of(request)
    entries = await run_heavy(
        request, _entries, request.app[SERVICE], language, include_all=include_all
    )
    features = [feature.describe() for feature in FEATURES.values()]
    payload = {"effects": entries, "features": features, **_shared(language)}
    return localized_response(request, payload, language)


def _shared(language: str) -> dict[str, Any]:
    """Return what the `inputs` of effects refer to."""
    return {"groups": describe_groups(language), "$defs": definitions()}


def _entries(service: Service, language: str, *, include_all: bool) -> list[dict[str, Any]]:
    usable, broken = service.validations.offered()
    entries = []
    for effect in usable:
        with suppress(ToqiboxError):  # its files were changed or removed in the meantime
            entries += _describe(service.validations, effect, language, include_all=include_all)
    if include_all:
        entries += [_describe_broken(entry, language) for entry in broken]
    return sorted(entries, key=lambda entry: str(entry["id"]))


def _describe(
    validations: ValidationCache, effect: Effect, language: str, *, include_all: bool
) -> list[dict[str, Any]]:
    """Return the entry of an effect, or none if it is not offered.

    Raises:
        ToqiboxError: unknown_effect and what read_source raises: its files have changed.
    """
    if not include_all:
        return [effect.describe(language)] if validations.is_offered(effect) else []
    is_validated, warnings = validations.is_validated(effect), validations.warnings(effect)
    return [{**effect.describe(language), "judged": is_validated, "warnings": warnings}]


def _describe_broken(entry: InvalidEffect, language: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "file": entry.file,
        "code": entry.code,
        "error": localize(entry.code, language, {"name": entry.id}),
        "diagnostics": entry.diagnostics,
    }


async def show_effect(request: web.Request) -> web.Response:
    """Return an effect and its program for a browser, or its diagnostics if it is invalid.

    An effect that has not been validated yet is validated first: a browser must not run what was
    never tried.
    """
    refuse_unknown_query(request)
    validations = request.app[SERVICE].validations
    try:
        effect = await run_in_thread(validations.effect, request.match_info["id"])
        if not await run_in_thread(validations.is_offered, effect):
            source = await run_in_thread(validations.source_of, effect)
            await validations.require_valid(source, share="")
    except ToqiboxError as error:
        if error.code == "unknown_effect":
            raise ToqiboxError("not_found") from None
        raise
    language = language_of(request)
    payload = {**effect.describe(language), **_shared(language), "sequential": effect.sequential}
    payload["program"] = await run_heavy(request, build_program, effect, language)
    return localized_response(request, payload, language)
