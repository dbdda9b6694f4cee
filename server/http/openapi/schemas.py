"""JSON Schemas of the responses, as the OpenAPI document lists them."""

from typing import Any

from server.http.error_codes import ALL
from server.http.openapi.effect_schemas import EFFECT_SCHEMAS
from server.http.openapi.job_schemas import JOB_SCHEMAS
from server.http.openapi.upload_schemas import UPLOAD_SCHEMAS
from server.jobs.json_schema import (
    BOOLEAN,
    COUNT,
    TEXT,
    array_of,
    nullable,
    object_schema,
    reference,
)
from server.jobs.submission.fields import ASPECTS, FITS
from server.protocol.encodings import CODECS

_OBJECT = {"type": "object", "additionalProperties": True}
_DIAGNOSTIC = object_schema(
    {"message": TEXT},
    {
        "file": TEXT,
        "line": nullable(COUNT),
        "column": nullable(COUNT),
        "severity": {"enum": ["error", "warning"]},
        "source": nullable(TEXT),
        "indent": COUNT,
        "hint": nullable(TEXT),
    },
)
_DIAGNOSTICS = array_of(reference("Diagnostic"))
_ERROR = {
    "success": {"const": False},
    "error": TEXT,
    "code": {"enum": list(ALL)},
    "retryable": BOOLEAN,
    "requestId": TEXT,
}
_EFFECT = {
    "id": TEXT,
    "title": TEXT,
    "description": TEXT,
    "categories": array_of(TEXT),
    "premium": BOOLEAN,
    "dialect": TEXT,
    "inputs": reference("Inputs"),
    "credit": TEXT,
    "license": TEXT,
}
_SHARED = {
    "groups": {
        **array_of(reference("Group")),
        "description": "Groups of inputs, in the order of a form.",
    },
    "$defs": {**_OBJECT, "description": "Schemas that `inputs` refer to."},
}
_CHANGES = {"type": "object", "additionalProperties": _OBJECT}
_PRESET = {
    "id": TEXT,
    "title": TEXT,
    "description": TEXT,
    "genres": array_of(TEXT),
    "chain": {
        "type": "array",
        "items": reference("ChainEffect"),
        "description": "In the format of the field `effect`.",
    },
    "fit": {"enum": [*FITS, None], "description": "The fit of a request that has no `fit`."},
    "aspects": {
        "type": "object",
        "properties": dict.fromkeys(ASPECTS, _CHANGES),
        "additionalProperties": False,
        "description": "Params that differ, by aspect and effect id.",
    },
}
_READINESS = {
    "ready": BOOLEAN,
    "problems": array_of(TEXT),
    "renderer": TEXT,
    "software": nullable(BOOLEAN),
    "encoder": nullable(TEXT),
    "encoderFallback": nullable(TEXT),
    "encoders": {"type": "object", "additionalProperties": _OBJECT},
    "gpus": array_of(
        object_schema({"index": COUNT, "renderer": nullable(TEXT), "problem": nullable(TEXT)})
    ),
    "codecs": array_of({"enum": list(CODECS)}),
    "disk": object_schema({"freeMb": COUNT, "minFreeMb": COUNT, "writable": BOOLEAN}),
    "queue": object_schema({"queued": COUNT, "limit": COUNT, "processing": COUNT, "slots": COUNT}),
    "draining": BOOLEAN,
}

SCHEMAS: dict[str, Any] = {
    **JOB_SCHEMAS,
    **EFFECT_SCHEMAS,
    "ChainEffect": object_schema(
        {"id": TEXT, "params": _OBJECT},
        {
            "title": {**TEXT, "description": "Of an effect whose source was sent."},
            "sha256": {**TEXT, "description": "SHA-256 of its source in UTF-8."},
        },
    ),
    "Chain": object_schema(
        {
            "chain": {
                "type": "array",
                "items": {
                    "anyOf": [
                        object_schema({"id": TEXT, "params": _OBJECT}),
                        object_schema({"source": TEXT, "params": _OBJECT}),
                    ]
                },
                "description": "In the format of the field `effect`.",
            }
        }
    ),
    "Exports": object_schema(
        {
            "exports": array_of(reference("Job")),
            "nextCursor": {
                **nullable(TEXT),
                "description": "The query `cursor` of the next page; null on the last one.",
            },
        }
    ),
    "Diagnostic": _DIAGNOSTIC,
    "Error": object_schema(_ERROR, {"field": TEXT, "diagnostics": _DIAGNOSTICS}),
    "Effect": object_schema(
        _EFFECT,
        {
            "judged": {
                **BOOLEAN,
                "description": "With `?all=1`: whether it has been compiled and drawn. An effect "
                "that has not is validated when it is requested.",
            },
            "warnings": {
                **_DIAGNOSTICS,
                "description": "With `?all=1`: parts of the file that are ignored, or that mean "
                "something else than they seem to. The effect can be used.",
            },
        },
    ),
    "BrokenEffect": object_schema(
        {"id": TEXT, "file": TEXT, "code": TEXT, "error": TEXT, "diagnostics": _DIAGNOSTICS}
    ),
    "Effects": object_schema(
        {
            "effects": {
                "type": "array",
                "items": {"anyOf": [reference("Effect"), reference("BrokenEffect")]},
            },
            "features": array_of(reference("Feature")),
            **_SHARED,
        }
    ),
    "Preset": object_schema(_PRESET),
    "BrokenPreset": object_schema(
        {
            **{"id": TEXT, "file": TEXT, "code": TEXT, "error": TEXT},
            **{"field": TEXT, "diagnostics": _DIAGNOSTICS},
        }
    ),
    "Presets": object_schema(
        {
            "presets": {
                "type": "array",
                "items": {"anyOf": [reference("Preset"), reference("BrokenPreset")]},
            }
        }
    ),
    "EffectProgram": object_schema(
        {**_EFFECT, **_SHARED, "sequential": BOOLEAN, "program": reference("Program")}
    ),
    "ThumbnailProgress": object_schema({"status": {"const": "drawing"}}),
    **UPLOAD_SCHEMAS,
    "Health": object_schema({"status": {"const": "ok"}}),
    "Readiness": object_schema(_READINESS),
    "NotReady": object_schema({**_ERROR, **_READINESS}),
    "Root": object_schema(
        {
            "status": {"const": "ok"},
            "service": TEXT,
            "version": TEXT,
            "endpoints": {"type": "object", "additionalProperties": TEXT},
        }
    ),
    "Document": object_schema({"openapi": TEXT, "info": _OBJECT, "paths": _OBJECT}),
}
