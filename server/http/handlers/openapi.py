"""GET /openapi.json: the HTTP contract as an OpenAPI 3.1 document. Lists only what works."""

from typing import Any

from aiohttp import web

import server
from server.config import FRAME_RATES, Config
from server.http.app_keys import CONFIG
from server.http.error_codes import (
    CANCEL,
    DOWNLOAD,
    DOWNLOAD_HEAD,
    EFFECT,
    EFFECTS,
    EXPORT,
    JOB,
    NOTES,
    PRESETS,
    READY,
    by_status,
)
from server.http.handlers import schemas
from server.http.responses import json_response
from server.jobs.submission.chain import DEFAULT_ASPECT, DEFAULT_EFFECT
from server.jobs.submission.fields import (
    ASPECTS,
    FITS,
    FLAGS,
    HIGHLIGHTS,
    MAX_CHAIN_LENGTH,
    MAX_TEXT_LENGTH,
    REQUIRED_FILES,
    SECONDS,
    TEMPO_RANGE,
)
from server.jobs.submission.request import DEFAULT_FIT

_JOB_ID = {
    "name": "jobId",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
}
_EFFECT_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
}
_ALL = {
    "name": "all",
    "in": "query",
    "description": "1: also the files that cannot be used, with their errors.",
    "schema": {"enum": ["0", "1"], "default": "0"},
}
_CREDIT = "Absent or empty: that of the track's tags. A single space: none."
_RANGE = {"name": "Range", "in": "header", "schema": {"type": "string"}}


async def show_document(request: web.Request) -> web.Response:
    """The document, with this server's limits in it."""
    return json_response(document(request.app[CONFIG]))


def document(config: Config) -> dict[str, Any]:
    """The OpenAPI document of a server with these settings."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TOQIBOX Render",
            "version": server.__version__,
            "description": "A track and a photo go in, a music video comes out.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": config.public_url or "/"}],
        "paths": _paths(config),
        "components": {"schemas": schemas.SCHEMAS},
    }


def _paths(config: Config) -> dict[str, Any]:
    not_ready = {**_json_response("NotReady"), "description": "; ".join(READY)}
    return {
        "/export": {"post": _create_operation(config)},
        "/export/{jobId}": {
            "parameters": [_JOB_ID],
            "get": _operation("showExport", "State of a job", {"200": _json_response("Job")}, JOB),
            "delete": _operation(
                "cancelExport",
                "Cancel a live job, or remove the files of a completed one",
                {"200": _json_response("Job")},
                CANCEL,
            ),
        },
        "/download/{jobId}": _file_path_item("downloadVideo", "The video", "video/mp4"),
        "/download/{jobId}/poster.jpg": _file_path_item(
            "downloadPoster", "The poster", "image/jpeg"
        ),
        "/effects": {"get": _list_operation("listEffects", "Every effect", "Effects", EFFECTS)},
        "/effects/{id}": {
            "parameters": [_EFFECT_ID],
            "get": _operation("showEffect", "One effect", _cacheable("EffectProgram"), EFFECT),
        },
        "/presets": {"get": _list_operation("listPresets", "Every preset", "Presets", PRESETS)},
        "/health": {
            "get": _operation("health", "The process answers", {"200": _json_response("Health")})
        },
        "/ready": {
            "get": _operation(
                "ready",
                "Whether a render accepted now could succeed",
                {"200": _json_response("Readiness"), "503": not_ready},
            )
        },
        "/openapi.json": {
            "get": _operation("openapi", "This document", {"200": _json_response("Document")})
        },
        "/": {"get": _operation("root", "What this server is", {"200": _json_response("Root")})},
    }


def _create_operation(config: Config) -> dict[str, Any]:
    accepted = _json_response("Accepted")
    accepted["headers"] = {"Location": {"schema": {"type": "string"}}}
    operation = _operation("createExport", "Submit a job", {"202": accepted}, EXPORT)
    operation["requestBody"] = {
        "required": True,
        "content": {"multipart/form-data": {"schema": _form_schema(config)}},
    }
    return operation


def _form_schema(config: Config) -> dict[str, Any]:
    seconds = {"type": "string", "pattern": f"^{SECONDS}$"}
    text = {"type": "string", "maxLength": MAX_TEXT_LENGTH}
    plans = list(config.plans)
    return {
        "type": "object",
        "required": list(REQUIRED_FILES),
        "additionalProperties": False,
        "properties": {
            "audio": {
                "type": "string",
                "format": "binary",
                "description": f"The track, at most {config.max_upload_mb} MB: "
                "MP3, WAV, FLAC, OGG, M4A/AAC, AIFF, CAF, WebM, WMA and others, or a film's sound.",
            },
            "photo": {
                "type": "string",
                "format": "binary",
                "description": f"The photo, at most {config.max_upload_mb} MB: "
                "JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF or BMP. May be left out where the track "
                "has a cover.",
            },
            "photo2": {
                "type": "string",
                "format": "binary",
                "description": "A second photo, as `photo`: a transition needs one, an effect "
                "that shows none takes none.",
            },
            "duration": {
                **seconds,
                "description": f"Seconds, at most {config.max_duration_sec}; "
                "without it the audio's length from `start`.",
            },
            "start": {
                "anyOf": [seconds, {"enum": list(HIGHLIGHTS)}],
                "default": "0",
                "description": "Where in the track to begin: seconds, or `drop` or `best` with a "
                "`duration`, for a part that is found by what is heard, from bar line to bar "
                "line and about as long.",
            },
            "plan": {"type": "string", "enum": plans, "default": plans[0]},
            "effect": {
                "type": "string",
                "default": DEFAULT_EFFECT,
                "description": (
                    "An id of GET /effects, or a chain: a JSON array of {id, params}, each effect "
                    f"taking the picture of the one before; at most {MAX_CHAIN_LENGTH}."
                ),
            },
            "preset": {
                "type": "string",
                "description": "An id of GET /presets: its chain instead of `effect` and `params`.",
            },
            "params": {
                "type": "string",
                "contentMediaType": "application/json",
                "default": "{}",
                "description": "The effect's inputs, as its `inputs` schema says.",
            },
            "aspect": {"type": "string", "enum": list(ASPECTS), "default": DEFAULT_ASPECT},
            "fit": {
                "type": "string",
                "enum": list(FITS),
                "default": DEFAULT_FIT,
                "description": "How the photo fills the frame; a preset may bring its own.",
            },
            "fps": {"type": "string", "enum": [*map(str, FRAME_RATES)], "default": str(config.fps)},
            "tempo": {
                "type": "string",
                "pattern": r"^[0-9]{2,3}(\.[0-9]{1,6})?$",
                "description": f"Beats a minute, from {TEMPO_RANGE[0]} to {TEMPO_RANGE[1]}: what "
                "the beats of the track are to have, where half or twice of it would be heard.",
            },
            "title": text | {"description": _CREDIT},
            "artist": text | {"description": _CREDIT},
            "allowFlashing": {
                "type": "string",
                "enum": list(FLAGS),
                "default": "false",
                "description": "Whether more than a quarter of the picture may flash more than "
                "3 times a second; where it would, it is dimmed otherwise.",
            },
        },
    }


def _list_operation(
    operation_id: str, summary: str, schema: str, codes: tuple[str, ...]
) -> dict[str, Any]:
    operation = _operation(operation_id, summary, _cacheable(schema), codes)
    operation["parameters"] = [_ALL]
    return operation


def _cacheable(schema: str) -> dict[str, Any]:
    """An answer that a client may keep and ask about by its tag."""
    headers = {"ETag": {"schema": {"type": "string"}}}
    return {
        "200": {**_json_response(schema), "headers": headers},
        "304": {"description": "The client has it already"},
    }


def _file_path_item(operation_id: str, summary: str, content_type: str) -> dict[str, Any]:
    full_response = {
        "description": summary,
        "content": {content_type: {}},
        "headers": {
            name: {"schema": {"type": "string"}}
            for name in ("ETag", "Accept-Ranges", "Content-Disposition")
        },
    }
    responses: dict[str, Any] = {
        "200": full_response,
        "206": {**full_response, "description": f"{summary}, in part"},
        "304": {"description": "The client has it already"},
    }
    get = _operation(operation_id, summary, responses, DOWNLOAD)
    get["parameters"] = [_RANGE]
    headers: dict[str, Any] = {"200": {**full_response, "content": {}}, "304": responses["304"]}
    head = _operation(f"{operation_id}Head", f"{summary}: headers", headers, DOWNLOAD_HEAD)
    return {"parameters": [_JOB_ID], "get": get, "head": head}


def _operation(
    operation_id: str, summary: str, responses: dict[str, Any], codes: tuple[str, ...] = ()
) -> dict[str, Any]:
    errors = {
        str(status): _error_response(status, error_codes)
        for status, error_codes in by_status(codes).items()
    }
    responses = {**responses, **errors}
    return {"operationId": operation_id, "summary": summary, "responses": responses}


def _json_response(schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": schema, "content": {"application/json": {"schema": reference}}}


def _error_response(status: int, codes: list[str]) -> dict[str, Any]:
    response = _json_response("Error")
    response["description"] = "; ".join(
        f"{code}: {NOTES[code]}" if code in NOTES else code for code in codes
    )
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return response
