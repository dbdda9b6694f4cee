"""The JSON Schema of the form of `POST /preview`."""

from collections.abc import Sequence
from typing import Any

from server.config import Config
from server.http.openapi.form_schema import form_schema
from server.jobs.previews.preview_form import (
    DEFAULT_SIDE,
    EXPORT_FIELDS,
    FORMATS,
    MAX_FRAME,
    MAX_SIDE,
    MIN_SIDE,
)
from server.jobs.submission.fields import FILE_FIELDS, HIGHLIGHTS, SECONDS


def preview_schema(config: Config, codecs: Sequence[str]) -> dict[str, Any]:
    """Return the schema of the form; see form_schema."""
    export = form_schema(config, codecs)["properties"]
    properties = {name: export[name] for name in (*FILE_FIELDS, *EXPORT_FIELDS)}
    for name in FILE_FIELDS:
        text = f"{export[name]['description']} A sample stands in for a missing one."
        properties[name] = {**export[name], "description": text}
    seconds = {"type": "string", "pattern": f"^{SECONDS}$"}
    side = {"type": "string", "pattern": "^[0-9]{1,7}$"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **properties,
            "start": {
                **seconds,
                "default": "0",
                "description": f"The beginning in the track; not {' or '.join(HIGHLIGHTS)}.",
            },
            "time": {
                **seconds,
                "description": "Seconds from the beginning of the video; default: the frame of the "
                "poster.",
            },
            "frame": {
                "type": "string",
                "pattern": "^[0-9]{1,7}$",
                "description": f"The frame instead of `time`, from 0, at most {MAX_FRAME}.",
            },
            "width": {
                **side,
                "description": f"Pixels, from {MIN_SIDE} to {MAX_SIDE} and within the frame of the "
                "plan, with `height` and without `aspect`; default: by `aspect`, with a short side "
                f"of {DEFAULT_SIDE} or that of the plan.",
            },
            "height": {**side, "description": "Like `width`."},
            "format": {
                "type": "string",
                "enum": list(FORMATS),
                "default": FORMATS[0],
                "description": "Both are lossless.",
            },
        },
    }
