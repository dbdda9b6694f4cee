"""The JSON Schema of the form of `POST /export`."""

from collections.abc import Sequence
from typing import Any

from server.config import Config
from server.jobs.json_schema import reference
from server.jobs.model.requested_effect import MAX_CHAIN_LENGTH, MAX_SOURCE_BYTES
from server.jobs.storage.data_folder import ID_PATTERN
from server.jobs.submission.chain import DEFAULT_ASPECT, DEFAULT_EFFECT
from server.jobs.submission.fields import (
    DEFAULT_FIT,
    FITS,
    FLAGS,
    HIGHLIGHTS,
    IMAGE_FIELDS,
    MAX_TEXT_LENGTH,
    SECONDS,
    TEMPO_RANGE,
)
from server.jobs.webhooks.webhook_url import MAX_URL_LENGTH
from server.protocol.encodings import DEFAULT_CODEC, DEFAULT_QUALITY, QUALITIES
from server.settings.readers import DEFAULT_PLAN

_SOURCE = (
    ' Instead of an id, a JSON object {"source": "…"} with a shader of at most'
    f" {MAX_SOURCE_BYTES} bytes; in an array, {{source, params}}."
)
_CREDIT = "Absent or empty: taken from the tags of the track. A single space: none."


def form_schema(config: Config, codecs: Sequence[str]) -> dict[str, Any]:
    """Return the schema of the form.

    Args:
        config: the settings of the server, which has limits.
        codecs: those that it offers.
    """
    seconds = {"type": "string", "pattern": f"^{SECONDS}$"}
    text = {"type": "string", "maxLength": MAX_TEXT_LENGTH}
    slowest, fastest = TEMPO_RANGE
    return {
        "type": "object",
        "description": "`audio` or `trackId` is required.",
        "additionalProperties": False,
        "properties": {
            "audio": {
                "contentMediaType": "application/octet-stream",
                "description": f"The track, at most {config.max_upload_mb} MB: "
                "MP3, WAV, FLAC, OGG, M4A/AAC, AIFF, CAF, WebM, WMA and others, or the audio of a "
                "video.",
            },
            "photo": {
                "contentMediaType": "application/octet-stream",
                "description": f"The photo, at most {config.max_upload_mb} MB: "
                "JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF or BMP. May be omitted if the track "
                "has a cover.",
            },
            "photo2": {
                "contentMediaType": "application/octet-stream",
                "description": "A second photo, like `photo`: required by a transition; where no "
                "effect shows it, it is not used, and `warnings` say so.",
            },
            "duration": {
                **seconds,
                "description": f"Seconds, at most {config.max_duration_sec}; "
                "default: the length of the track from `start`.",
            },
            "start": {
                "anyOf": [seconds, {"enum": list(HIGHLIGHTS)}],
                "default": "0",
                "description": "The beginning in the track: seconds, or `drop` or `best` with a "
                "`duration` to select a part by analysis, from bar line to bar line and about as "
                "long.",
            },
            "plan": {**reference("Plan"), "default": DEFAULT_PLAN},
            "effect": {
                "type": "string",
                "default": DEFAULT_EFFECT,
                "description": (
                    "An id of GET /effects, or a chain: a JSON array of {id, params}, each effect "
                    f"taking the output of the one before; at most {MAX_CHAIN_LENGTH}."
                )
                + (_SOURCE if config.allow_custom_shaders else ""),
            },
            "preset": {
                "type": "string",
                "description": "An id of GET /presets: its chain instead of `effect` and `params`.",
            },
            "params": {
                "type": "string",
                "contentMediaType": "application/json",
                "default": "{}",
                "description": "Values of the effect's inputs, as its `inputs` schema describes.",
            },
            "aspect": {**reference("Aspect"), "default": DEFAULT_ASPECT},
            "fit": {
                "type": "string",
                "enum": list(FITS),
                "default": DEFAULT_FIT,
                "description": "How the photo fills the frame; a preset may have its own default.",
            },
            "fps": {**reference("FrameRate"), "default": config.fps},
            "codec": {
                "type": "string",
                "enum": list(codecs),
                "default": DEFAULT_CODEC,
                "description": "The codec of the video; the server offers those that an encoder "
                "of its machine opens for, `codecs` of GET /ready.",
            },
            "quality": {
                "type": "string",
                "enum": list(QUALITIES),
                "default": DEFAULT_QUALITY,
                "description": "`draft` is small and fast, for trying; `high` has the bit rate "
                "that a video platform recommends for uploads.",
            },
            "tempo": {
                "type": "string",
                "pattern": r"^[0-9]{2,3}(\.[0-9]{1,6})?$",
                "description": f"Beats a minute, from {slowest} to {fastest}: the tempo of the "
                "track, if half or twice of it would be detected.",
            },
            "title": text | {"description": _CREDIT},
            "artist": text | {"description": _CREDIT},
            "webhook": {
                "type": "string",
                "format": "uri",
                "maxLength": MAX_URL_LENGTH,
                "description": "An https URL that gets a signed POST when the job has ended; "
                "refused by a server without WEBHOOK_SECRET.",
            },
            "trackId": {
                "type": "string",
                "pattern": f"^{ID_PATTERN}$",
                "description": "The id of a track of POST /tracks, instead of the file `audio`.",
            },
            "images": {
                "type": "string",
                "contentMediaType": "application/json",
                "description": "The ids of photos of POST /photos, by the name of the file that "
                f"each replaces: {', '.join(IMAGE_FIELDS)}.",
            },
            "allowFlashing": {
                "type": "string",
                "enum": list(FLAGS),
                "default": "false",
                "description": "Whether more than a quarter of the frame may flash more than "
                "3 times a second; by default such flashes are dimmed.",
            },
        },
    }
