"""JSON Schemas of the answers, as the OpenAPI document lists them."""

from typing import Any

from server.effects.model.feature import Needs, Unit
from server.http.error_codes import ALL
from server.jobs.model.job import Stage, Status
from server.jobs.submission.fields import ASPECTS, FITS, HIGHLIGHTS
from server.warnings import WARNINGS

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_COUNT = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}
_ROWS = {"type": "array", "items": {"type": "object"}}
_MOMENT = {"type": "integer", "description": "Milliseconds since 1970."}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object that has all of `required` and may have `optional`."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_FLASHES = _object(
    {
        "allowed": _FLAG,
        "limited": {
            "type": "array",
            "items": _object({"from": _NUMBER, "to": _NUMBER, "perSecond": _NUMBER}),
        },
    }
)
_JOB = {
    "jobId": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "status": {"enum": [status.value for status in Status]},
    "stage": {"enum": [*(stage.value for stage in Stage), None]},
    "progress": {"type": "integer", "minimum": 0, "maximum": 100},
    "plan": _TEXT,
    "resolution": _object({"width": _COUNT, "height": _COUNT}),
    "effect": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
    "preset": _maybe(_TEXT),
    "fps": _COUNT,
    "start": _NUMBER,
    "duration": _NUMBER,
    "tempo": {"type": ["number", "null"], "description": "The tempo that was asked for."},
    "highlight": {
        "enum": [*HIGHLIGHTS, None],
        "description": "What `start` was found as, null where the request said a time.",
    },
    "frames": _object({"done": _COUNT, "total": _COUNT}),
    "queuePosition": _maybe(_COUNT),
    "etaSeconds": _maybe(_COUNT),
    "createdAt": _MOMENT,
    "startedAt": _maybe(_MOMENT),
    "finishedAt": _maybe(_MOMENT),
    "expiresAt": _maybe(_MOMENT),
    "attempt": _COUNT,
    "downloadUrl": _maybe(_TEXT),
    "posterUrl": _maybe(_TEXT),
    "error": _maybe(_TEXT),
    "code": _maybe(_TEXT),
    "retryable": _maybe(_FLAG),
    "warnings": {
        "type": "array",
        "items": _object(
            {"code": {"enum": list(WARNINGS)}, "field": _maybe(_TEXT), "error": _TEXT}
        ),
    },
    "report": _maybe(
        {"type": "object", "properties": {"flashes": _FLASHES, "blank": _maybe(_TEXT)}}
    ),
}
_DIAGNOSTIC = _object(
    {"message": _TEXT},
    {
        "file": _TEXT,
        "line": _maybe(_COUNT),
        "column": _maybe(_COUNT),
        "severity": _TEXT,
        "source": _maybe(_TEXT),
        "indent": _COUNT,
        "hint": _maybe(_TEXT),
    },
)
_DIAGNOSTICS = {"type": "array", "items": _ref("Diagnostic")}
_ERROR = {
    "success": {"const": False},
    "error": _TEXT,
    "code": {"enum": list(ALL)},
    "retryable": _FLAG,
    "requestId": _TEXT,
}
_EFFECT = {
    "id": _TEXT,
    "title": _TEXT,
    "description": _TEXT,
    "categories": {"type": "array", "items": _TEXT},
    "premium": _FLAG,
    "dialect": _TEXT,
    "inputs": {"type": "object", "description": "JSON Schema of `params`."},
    "credit": _TEXT,
    "license": _TEXT,
}
_STEP = _object({"id": _TEXT, "params": {"type": "object"}})
_PRESET = {
    "id": _TEXT,
    "title": _TEXT,
    "description": _TEXT,
    "genres": {"type": "array", "items": _TEXT},
    "chain": {"type": "array", "items": _STEP, "description": "As the field `effect` takes it."},
    "fit": {"enum": [*FITS, None], "description": "Where a request has no `fit`."},
    "aspects": {
        "type": "object",
        "propertyNames": {"enum": list(ASPECTS)},
        "description": "By aspect and effect id, the params that differ there.",
    },
}
_FEATURE = {
    "name": _TEXT,
    "unit": {"enum": [str(unit) for unit in Unit]},
    "needs": {"enum": [str(needs) for needs in Needs]},
    "description": _TEXT,
}
_PASS = {
    "vertex": _TEXT,
    "fragment": {"type": "string", "description": "GLSL ES 3.00, as `vertex`."},
    "target": _maybe(_TEXT),
    "channels": _ROWS,
}
_PROGRAM = {
    "passes": {"type": "array", "items": _object(_PASS)},
    "targets": _ROWS,
    "textures": _ROWS,
    "uniforms": {"type": "object", "additionalProperties": _TEXT},
    "inputs": _ROWS,
    "picture": _maybe(_TEXT),
    "second": _maybe(_TEXT),
    "sequential": _FLAG,
}
_READINESS = {
    "ready": _FLAG,
    "problems": {"type": "array", "items": _TEXT},
    "renderer": _TEXT,
    "software": _maybe(_FLAG),
    "encoder": _maybe(_TEXT),
    "encoderFallback": _maybe(_TEXT),
    "encoders": {"type": "object"},
    "disk": _object({"freeMb": _COUNT, "minFreeMb": _COUNT, "writable": _FLAG}),
    "queue": _object({"queued": _COUNT, "limit": _COUNT, "processing": _COUNT, "slots": _COUNT}),
    "draining": _FLAG,
}

SCHEMAS: dict[str, Any] = {
    "Job": _object(_JOB, {"diagnostics": _DIAGNOSTICS}),
    "Accepted": _object({"success": {"const": True}, **_JOB}),
    "Diagnostic": _DIAGNOSTIC,
    "Error": _object(_ERROR, {"field": _TEXT, "diagnostics": _DIAGNOSTICS}),
    "Effect": _object(
        _EFFECT,
        {
            "judged": {
                **_FLAG,
                "description": "With `?all=1`: whether it has been compiled and drawn. One that "
                "has not been is judged when it is asked for.",
            },
            "warnings": {
                **_DIAGNOSTICS,
                "description": "With `?all=1`: what in the file has no effect, or another one than "
                "it seems to have. The effect is drawn all the same.",
            },
        },
    ),
    "BrokenEffect": _object(
        {"id": _TEXT, "file": _TEXT, "code": _TEXT, "error": _TEXT, "diagnostics": _DIAGNOSTICS}
    ),
    "Effects": _object(
        {
            "effects": {
                "type": "array",
                "items": {"anyOf": [_ref("Effect"), _ref("BrokenEffect")]},
            },
            "features": {"type": "array", "items": _ref("Feature")},
        }
    ),
    "Preset": _object(_PRESET),
    "BrokenPreset": _object(
        {
            **{"id": _TEXT, "file": _TEXT, "code": _TEXT, "error": _TEXT},
            **{"field": _TEXT, "diagnostics": _DIAGNOSTICS},
        }
    ),
    "Presets": _object(
        {
            "presets": {
                "type": "array",
                "items": {"anyOf": [_ref("Preset"), _ref("BrokenPreset")]},
            }
        }
    ),
    "Feature": {
        **_object(_FEATURE),
        "description": "What an input can be bound to.",
    },
    "EffectProgram": _object({**_EFFECT, "sequential": _FLAG, "program": _ref("Program")}),
    "Program": {
        **_object(_PROGRAM),
        "description": "What a browser needs to draw the effect with WebGL 2.",
    },
    "Health": _object({"status": {"const": "ok"}}),
    "Readiness": _object(_READINESS),
    "NotReady": _object({**_ERROR, **_READINESS}),
    "Root": _object(
        {
            "status": {"const": "ok"},
            "service": _TEXT,
            "version": _TEXT,
            "endpoints": {"type": "object", "additionalProperties": _TEXT},
        }
    ),
    "Document": _object(
        {"openapi": _TEXT, "info": {"type": "object"}, "paths": {"type": "object"}}
    ),
}
