"""JSON Schemas of the responses, as the OpenAPI document lists them."""

from typing import Any

from server.effects.model.feature import AnalysisLevel, Unit
from server.http.error_codes import ALL
from server.jobs import job_object
from server.jobs.submission.fields import ASPECTS, FITS
from server.json_schema import (
    BOOLEAN,
    COUNT,
    OBJECTS,
    TEXT,
    array_of,
    nullable,
    object_schema,
    reference,
)
from server.protocol.encodings import CODECS

_DIAGNOSTIC = object_schema(
    {"message": TEXT},
    {
        "file": TEXT,
        "line": nullable(COUNT),
        "column": nullable(COUNT),
        "severity": TEXT,
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
    "inputs": {"type": "object", "description": "JSON Schema of `params`."},
    "credit": TEXT,
    "license": TEXT,
}
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
        "propertyNames": {"enum": list(ASPECTS)},
        "description": "Params that differ, by aspect and effect id.",
    },
}
_FEATURE = {
    "name": TEXT,
    "unit": {"enum": [str(unit) for unit in Unit]},
    "needs": {"enum": [str(analysis_level) for analysis_level in AnalysisLevel]},
    "description": TEXT,
}
_PASS = {
    "vertex": TEXT,
    "fragment": {"type": "string", "description": "GLSL ES 3.00, like `vertex`."},
    "target": nullable(TEXT),
    "channels": OBJECTS,
}
_PROGRAM = {
    "passes": array_of(object_schema(_PASS)),
    "targets": OBJECTS,
    "textures": OBJECTS,
    "uniforms": {"type": "object", "additionalProperties": TEXT},
    "inputs": OBJECTS,
    "picture": nullable(TEXT),
    "second": nullable(TEXT),
    "sequential": BOOLEAN,
}
_READINESS = {
    "ready": BOOLEAN,
    "problems": array_of(TEXT),
    "renderer": TEXT,
    "software": nullable(BOOLEAN),
    "encoder": nullable(TEXT),
    "encoderFallback": nullable(TEXT),
    "encoders": {"type": "object"},
    "gpus": array_of(
        object_schema({"index": COUNT, "renderer": nullable(TEXT), "problem": nullable(TEXT)})
    ),
    "codecs": array_of({"enum": list(CODECS)}),
    "disk": object_schema({"freeMb": COUNT, "minFreeMb": COUNT, "writable": BOOLEAN}),
    "queue": object_schema({"queued": COUNT, "limit": COUNT, "processing": COUNT, "slots": COUNT}),
    "draining": BOOLEAN,
}

SCHEMAS: dict[str, Any] = {
    "Job": object_schema(job_object.SCHEMAS, job_object.OPTIONAL_SCHEMAS),
    "Accepted": object_schema({"success": {"const": True}, **job_object.SCHEMAS}),
    "ChainEffect": object_schema({"id": TEXT, "params": {"type": "object"}}),
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
    "Feature": {
        **object_schema(_FEATURE),
        "description": "What an input can be bound to.",
    },
    "EffectProgram": object_schema(
        {**_EFFECT, "sequential": BOOLEAN, "program": reference("Program")}
    ),
    "Program": {
        **object_schema(_PROGRAM),
        "description": "What a browser needs to draw the effect with WebGL 2.",
    },
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
    "Document": object_schema(
        {"openapi": TEXT, "info": {"type": "object"}, "paths": {"type": "object"}}
    ),
}
