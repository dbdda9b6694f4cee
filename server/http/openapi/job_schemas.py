"""JSON Schemas of jobs: one for each status, so that a typed client knows what each has."""

from collections.abc import Iterable

from server.jobs import job_object
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
    reference,
)
from server.jobs.model.job import Status
from server.jobs.scheduling.retries import JOB_CODES
from server.jobs.submission.fields import ASPECTS
from server.protocol.encodings import ENCODINGS
from server.settings.readers import FRAME_RATES, PLANS
from server.warnings import WARNINGS

_STATUSES: dict[Status, Schema] = {
    Status.QUEUED: {"queuePosition": COUNT},
    Status.PROCESSING: {},
    Status.COMPLETED: {"finishedAt": TIMESTAMP, "report": reference("Report")},
    Status.FAILED: {
        "finishedAt": TIMESTAMP,
        "error": TEXT,
        "code": {"enum": sorted(JOB_CODES)},
        "retryable": BOOLEAN,
    },
    Status.CANCELLED: {"finishedAt": TIMESTAMP},
}
"""Schemas of the properties that are never null in a status.

Some client libraries drop a property of the type null, so none is always null here."""

_FLASH_INTERVALS = array_of(object_schema({"from": NUMBER, "to": NUMBER, "perSecond": NUMBER}))
_SECONDS = ("analyse", "flashes", "compile", "render", "readback", "encode", "join")
_REPORT: Schema = {
    "renderer": nullable(TEXT),
    "software": BOOLEAN,
    "encoder": nullable({"enum": list(ENCODINGS)}),
    "encoderFallback": TEXT,
    "framesPerSecond": NUMBER,
    "seconds": {"type": "object", "properties": dict.fromkeys(_SECONDS, NUMBER)},
    "flashes": object_schema(
        {"allowed": BOOLEAN, "limited": _FLASH_INTERVALS},
        # Jobs that an earlier version of the server finished have none.
        {"perSecond": nullable(NUMBER), "excessive": _FLASH_INTERVALS},
    ),
    "blank": nullable(TEXT),
    "size": COUNT,
    "sha256": TEXT,
    "check": {
        "type": "object",
        "properties": {
            "frames": COUNT,
            "videoSeconds": NUMBER,
            "audioSeconds": NUMBER,
            "uniform": BOOLEAN,
            "moovFirst": BOOLEAN,
            "colour": array_of(TEXT),
        },
    },
}


def _job(status: Status) -> Schema:
    """Return the schema of a job in a status."""
    properties = {
        **job_object.SCHEMAS,
        **_STATUSES[status],
        "status": {"type": "string", "const": status.value},
    }
    optional = job_object.OPTIONAL_SCHEMAS if status is Status.FAILED else None
    return object_schema(properties, optional)


def _name(status: Status) -> str:
    return f"{status.value.capitalize()}Job"


def plan_schema(plans: Iterable[str]) -> Schema:
    """Return the schema of the plan of a job, and of the form that asks for it."""
    return {"type": "string", "enum": list(plans)}


JOB_SCHEMAS: dict[str, Schema] = {
    "Job": {
        "oneOf": [reference(_name(status)) for status in Status],
        "discriminator": {
            "propertyName": "status",
            "mapping": {s.value: f"#/components/schemas/{_name(s)}" for s in Status},
        },
    },
    **{_name(status): _job(status) for status in Status},
    # The alternatives of Job without its discriminator: a client library that reads it in a part of
    # an object takes the name of the whole for another status.
    "Accepted": {
        "allOf": [
            object_schema({"success": {"const": True}}),
            {"oneOf": [reference(_name(status)) for status in Status]},
        ]
    },
    "Plan": plan_schema(PLANS),
    "Aspect": {"type": "string", "enum": list(ASPECTS)},
    "FrameRate": {"type": "integer", "enum": list(FRAME_RATES)},
    "Report": {
        "type": "object",
        "properties": _REPORT,
        "description": "Parts that an earlier version of the server did not report are missing.",
    },
    "Warning": object_schema(
        {"code": {"enum": list(WARNINGS)}, "field": nullable(TEXT), "error": TEXT}
    ),
}
