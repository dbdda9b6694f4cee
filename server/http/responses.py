"""JSON responses: one shape for results, one for errors."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from server.errors import ToqiboxError
from server.jobs.model.retry_after import BUSY_S


def json_response(
    data: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return `data` as UTF-8 JSON that no cache stores."""
    response = web.Response(body=encode_json(data), status=status, headers=headers)
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def encode_json(data: Mapping[str, Any]) -> bytes:
    """Return `data` as UTF-8 JSON on one line."""
    # A lone surrogate can come in through a JSON escape; it must not make the response fail.
    return json.dumps(data, ensure_ascii=False, default=str).encode("utf-8", "replace")


def error_object(error: ToqiboxError, request_id: str, language: str) -> dict[str, Any]:
    """Return the error object of the API: a sentence for a person, a code for a program."""
    payload: dict[str, Any] = {
        "success": False,
        "error": error.sentence(language),
        "code": error.code,
        "retryable": error.spec.retryable,
        "requestId": request_id,
    }
    if error.field is not None:
        payload["field"] = error.field
    if error.diagnostics is not None:
        payload["diagnostics"] = error.diagnostics
    return payload


def error_response(
    error: ToqiboxError, request_id: str, language: str, extra: Mapping[str, Any] | None = None
) -> web.Response:
    """Return the response to `error`; a code that only ever ends a job gives a 500.

    Args:
        extra: facts to add to the error; they never replace its own.
    """
    status = error.spec.status or 500
    payload = {**(extra or {}), **error_object(error, request_id, language)}
    response = json_response(
        payload, status, {"Content-Language": language, "Vary": "Accept-Language"}
    )
    if status == 401:
        refused = ', error="invalid_token"' if "why" in error.values else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="toqibox"{refused}'
    if status in (429, 503) or error.retry_after:
        response.headers["Retry-After"] = str(max(1, error.retry_after or BUSY_S))
    return response
