"""JSON Schemas of tracks and photos that are kept, and of the forms that send them."""

from collections.abc import Callable, Sequence
from typing import Any

from server.config import Config
from server.http.openapi.form_schema import form_schema
from server.jobs.json_schema import (
    COUNT,
    NUMBER,
    TEXT,
    TIMESTAMP,
    Schema,
    array_of,
    nullable,
    object_schema,
)
from server.jobs.storage.data_folder import ID_PATTERN
from server.jobs.storage.kept_uploads import FILES
from server.warnings import WARNINGS

_ID = {**TEXT, "pattern": f"^{ID_PATTERN}$"}
_COLOUR = {**TEXT, "pattern": "^#[0-9a-f]{6}$"}
_SHARED = {"bytes": COUNT, "format": TEXT, "expiresAt": TIMESTAMP, "url": TEXT}
_TRACK = {
    "trackId": _ID,
    **_SHARED,
    "seconds": NUMBER,
    "tags": object_schema({"title": nullable(TEXT), "artist": nullable(TEXT)}),
    "loudness": {
        **nullable(NUMBER),
        "description": "Integrated loudness in LUFS; null for silence.",
    },
    "peaks": {
        **object_schema({"count": COUNT, "data": {**TEXT, "contentEncoding": "base64"}}),
        "description": "The lowest and the highest sample of `count` equal parts, pairs of int8.",
    },
}
_WARNING = object_schema({"code": {"enum": list(WARNINGS)}, "field": nullable(TEXT), "error": TEXT})
_PHOTO = {
    "photoId": _ID,
    **_SHARED,
    "width": COUNT,
    "height": COUNT,
    "image": {**TEXT, "description": "Path of its picture as PNG."},
    "palette": {
        **object_schema(
            {"average": _COLOUR, "light": _COLOUR, "dark": _COLOUR, "muted": _COLOUR},
            {"vivid": _COLOUR, "second": _COLOUR},
        ),
        "description": "A photo without colours has no `vivid` and no `second`.",
    },
    "focus": {
        **array_of(NUMBER),
        "minItems": 2,
        "maxItems": 2,
        "description": "Middle of what stands out: x and y from the upper left corner, 0 to 1.",
    },
    "warnings": array_of(_WARNING),
}
UPLOAD_SCHEMAS: dict[str, Schema] = {
    "Track": object_schema(_TRACK),
    "KeptTrack": object_schema({"success": {"const": True}, **_TRACK}),
    "Photo": object_schema(_PHOTO),
    "KeptPhoto": object_schema({"success": {"const": True}, **_PHOTO}),
}


def upload_schema(kind: str) -> Callable[[Config, Sequence[str]], dict[str, Any]]:
    """Return what makes the schema of the form that sends a track or a photo."""

    def schema(config: Config, codecs: Sequence[str]) -> dict[str, Any]:
        name = FILES[kind]
        return {
            "type": "object",
            "required": [name],
            "additionalProperties": False,
            "properties": {name: form_schema(config, codecs)["properties"][name]},
        }

    return schema
