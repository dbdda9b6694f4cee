"""JSON Schemas of tracks and photos that are kept, and of the forms that send them."""

from collections.abc import Callable, Sequence
from typing import Any

from server.config import Config
from server.http.openapi.form_schema import form_schema
from server.jobs.cuts.cut_features import SPECTRA_FIELDS
from server.jobs.json_schema import (
    BOOLEAN,
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
from server.jobs.storage.track_cut import CUT_PATTERN
from server.jobs.submission.fields import SECONDS
from server.protocol.feature_names import EVENTS, SECTION_KINDS
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
    "alpha": {"type": "boolean", "description": "Whether parts of the file are transparent."},
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


def _row_of(count: int, items: Schema) -> Schema:
    """Return the schema of an array of so many items.

    Some client libraries turn the types of tuples (`prefixItems`) into those of arrays, and then
    what they return does not have the type of the schema.
    """
    return {**array_of(items), "minItems": count, "maxItems": count}


_EVENTS = array_of(_row_of(2, NUMBER))
_SECTION = _row_of(3, {"anyOf": [NUMBER, {"enum": list(SECTION_KINDS)}]})
_FIELD = object_schema({"type": {"enum": ["<i2", "|u1"]}, "length": COUNT})
_CUT = {
    "cut": {**TEXT, "pattern": f"^{CUT_PATTERN}$"},
    "start": NUMBER,
    "duration": NUMBER,
    "seconds": {**NUMBER, "description": "Length of the audio: less if the track ends before."},
    "sound": {**TEXT, "description": "Path of the audio as FLAC."},
    "measured": object_schema(
        {"url": TEXT, "columns": array_of(TEXT), "count": COUNT, "rate": COUNT}
    ),
    "spectra": object_schema(
        {
            "url": {**TEXT, "description": "With `{n}` for the number of a chunk, from 0."},
            "chunk": {**COUNT, "description": "Steps of a chunk; the last one may have fewer."},
            "count": {**COUNT, "description": "Steps, with those after the end of the audio."},
            "oneSided": {
                **BOOLEAN,
                "description": "One channel is silent: the mean stands for both.",
            },
            "fields": object_schema(dict.fromkeys(SPECTRA_FIELDS, _FIELD)),
        }
    ),
    "hits": {
        **object_schema(dict.fromkeys(EVENTS, _EVENTS)),
        "description": "Times in seconds and strengths, 0 to 1, of each kind of event.",
    },
    "sections": {
        **array_of(_SECTION),
        "description": "Start and end in seconds, and kind.",
    },
    "tempo": {
        **_row_of(2, NUMBER),
        "description": "Beats per minute, 0 without a beat, and the confidence in them.",
    },
    "loudestAt": NUMBER,
}
CUT_PART: list[Schema] = [
    {
        "name": "start",
        "in": "query",
        "description": "Seconds of the track before the cut.",
        "schema": {**TEXT, "pattern": f"^({SECONDS})?$", "default": "0"},
    },
    {
        "name": "duration",
        "in": "query",
        "description": "Seconds; left out: to the end of the track, at most as long as a video.",
        "schema": {**TEXT, "pattern": f"^({SECONDS})?$"},
    },
]
"""Parameters of the request for a cut."""
FIELDS: Schema = {
    "name": "fields",
    "in": "query",
    "description": "Fields in the order of the response, with commas between them; all by default.",
    "schema": {**TEXT, "default": ",".join(SPECTRA_FIELDS)},
}
UPLOAD_SCHEMAS: dict[str, Schema] = {
    "Track": object_schema(_TRACK),
    "KeptTrack": object_schema({"success": {"const": True}, **_TRACK}),
    "Cut": object_schema(_CUT),
    "CutProgress": object_schema(
        {
            "status": {"const": "analysing"},
            "progress": {"type": "number", "minimum": 0, "maximum": 1},
        }
    ),
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
