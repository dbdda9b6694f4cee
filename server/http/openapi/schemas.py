"""JSON Schemas of the answers, as the OpenAPI document lists them."""

from typing import Any

from server.effects.model.feature import AnalysisLevel, Unit
from server.http.error_codes import ALL
from server.jobs.model.job import Stage, Status
from server.jobs.submission.fields import ASPECTS, FITS, HIGHLIGHTS
from server.warnings import WARNINGS

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_COUNT = {"type": "integer", "minimum": 0}
_BOOLEAN = {"type": "boolean"}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
_TIMESTAMP = {"type": "integer", "description": "Milliseconds since 1970."}


def _object_schema(
    required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An object that has all of `required` and may have `optional`."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_FLASHES = _object_schema(
    {
        "allowed": _BOOLEAN,
        "limited": {
            "type": "array",
            "items": _object_schema({"from": _NUMBER, "to": _NUMBER, "perSecond": _NUMBER}),
        },
    }
)
_JOB = {
    "jobId": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
    "status": {"enum": [status.value for status in Status]},
    "stage": {"enum": [*(stage.value for stage in Stage), None]},
    "progress": {"type": "integer", "minimum": 0, "maximum": 100},
    "plan": _TEXT,
    "resolution": _object_schema({"width": _COUNT, "height": _COUNT}),
    "effect": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
    "preset": _nullable(_TEXT),
    "fps": _COUNT,
    "start": _NUMBER,
    "duration": _NUMBER,
    "tempo": {"type": ["number", "null"], "description": "The tempo that was asked for."},
    "highlight": {
        "enum": [*HIGHLIGHTS, None],
        "description": "What `start` was found as, null where the request said a time.",
    },
    "frames": _object_schema({"done": _COUNT, "total": _COUNT}),
    "queuePosition": _nullable(_COUNT),
    "etaSeconds": _nullable(_COUNT),
    "createdAt": _TIMESTAMP,
    "startedAt": _nullable(_TIMESTAMP),
    "finishedAt": _nullable(_TIMESTAMP),
    "expiresAt": _nullable(_TIMESTAMP),
    "attempt": _COUNT,
    "downloadUrl": _nullable(_TEXT),
    "posterUrl": _nullable(_TEXT),
    "error": _nullable(_TEXT),
    "code": _nullable(_TEXT),
    "retryable": _nullable(_BOOLEAN),
    "warnings": {
        "type": "array",
        "items": _object_schema(
            {"code": {"enum": list(WARNINGS)}, "field": _nullable(_TEXT), "error": _TEXT}
        ),
    },
    "report": _nullable(
        {"type": "object", "properties": {"flashes": _FLASHES, "blank": _nullable(_TEXT)}}
    ),
}
_DIAGNOSTIC = _object_schema(
    {"message": _TEXT},
    {
        "file": _TEXT,
        "line": _nullable(_COUNT),
        "column": _nullable(_COUNT),
        "severity": _TEXT,
        "source": _nullable(_TEXT),
        "indent": _COUNT,
        "hint": _nullable(_TEXT),
    },
)
_DIAGNOSTICS = {"type": "array", "items": _reference("Diagnostic")}
_ERROR = {
    "success": {"const": False},
    "error": _TEXT,
    "code": {"enum": list(ALL)},
    "retryable": _BOOLEAN,
    "requestId": _TEXT,
}
_EFFECT = {
    "id": _TEXT,
    "title": _TEXT,
    "description": _TEXT,
    "categories": {"type": "array", "items": _TEXT},
    "premium": _BOOLEAN,
    "dialect": _TEXT,
    "inputs": {"type": "object", "description": "JSON Schema of `params`."},
    "credit": _TEXT,
    "license": _TEXT,
}
_INSTANCE = _object_schema({"id": _TEXT, "params": {"type": "object"}})
_PRESET = {
    "id": _TEXT,
    "title": _TEXT,
    "description": _TEXT,
    "genres": {"type": "array", "items": _TEXT},
    "chain": {
        "type": "array",
        "items": _INSTANCE,
        "description": "As the field `effect` takes it.",
    },
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
    "needs": {"enum": [str(analysis_level) for analysis_level in AnalysisLevel]},
    "description": _TEXT,
}
_PASS = {
    "vertex": _TEXT,
    "fragment": {"type": "string", "description": "GLSL ES 3.00, as `vertex`."},
    "target": _nullable(_TEXT),
    "channels": _OBJECTS,
}
_PROGRAM = {
    "passes": {"type": "array", "items": _object_schema(_PASS)},
    "targets": _OBJECTS,
    "textures": _OBJECTS,
    "uniforms": {"type": "object", "additionalProperties": _TEXT},
    "inputs": _OBJECTS,
    "picture": _nullable(_TEXT),
    "second": _nullable(_TEXT),
    "sequential": _BOOLEAN,
}
_READINESS = {
    "ready": _BOOLEAN,
    "problems": {"type": "array", "items": _TEXT},
    "renderer": _TEXT,
    "software": _nullable(_BOOLEAN),
    "encoder": _nullable(_TEXT),
    "encoderFallback": _nullable(_TEXT),
    "encoders": {"type": "object"},
    "disk": _object_schema({"freeMb": _COUNT, "minFreeMb": _COUNT, "writable": _BOOLEAN}),
    "queue": _object_schema(
        {"queued": _COUNT, "limit": _COUNT, "processing": _COUNT, "slots": _COUNT}
    ),
    "draining": _BOOLEAN,
}

SCHEMAS: dict[str, Any] = {
    "Job": _object_schema(_JOB, {"diagnostics": _DIAGNOSTICS}),
    "Accepted": _object_schema({"success": {"const": True}, **_JOB}),
    "Diagnostic": _DIAGNOSTIC,
    "Error": _object_schema(_ERROR, {"field": _TEXT, "diagnostics": _DIAGNOSTICS}),
    "Effect": _object_schema(
        _EFFECT,
        {
            "judged": {
                **_BOOLEAN,
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
    "BrokenEffect": _object_schema(
        {"id": _TEXT, "file": _TEXT, "code": _TEXT, "error": _TEXT, "diagnostics": _DIAGNOSTICS}
    ),
    "Effects": _object_schema(
        {
            "effects": {
                "type": "array",
                "items": {"anyOf": [_reference("Effect"), _reference("BrokenEffect")]},
            },
            "features": {"type": "array", "items": _reference("Feature")},
        }
    ),
    "Preset": _object_schema(_PRESET),
    "BrokenPreset": _object_schema(
        {
            **{"id": _TEXT, "file": _TEXT, "code": _TEXT, "error": _TEXT},
            **{"field": _TEXT, "diagnostics": _DIAGNOSTICS},
        }
    ),
    "Presets": _object_schema(
        {
            "presets": {
                "type": "array",
                "items": {"anyOf": [_reference("Preset"), _reference("BrokenPreset")]},
            }
        }
    ),
    "Feature": {
        **_object_schema(_FEATURE),
        "description": "What an input can be bound to.",
    },
    "EffectProgram": _object_schema(
        {**_EFFECT, "sequential": _BOOLEAN, "program": _reference("Program")}
    ),
    "Program": {
        **_object_schema(_PROGRAM),
        "description": "What a browser needs to draw the effect with WebGL 2.",
    },
    "Health": _object_schema({"status": {"const": "ok"}}),
    "Readiness": _object_schema(_READINESS),
    "NotReady": _object_schema({**_ERROR, **_READINESS}),
    "Root": _object_schema(
        {
            "status": {"const": "ok"},
            "service": _TEXT,
            "version": _TEXT,
            "endpoints": {"type": "object", "additionalProperties": _TEXT},
        }
    ),
    "Document": _object_schema(
        {"openapi": _TEXT, "info": {"type": "object"}, "paths": {"type": "object"}}
    ),
}
