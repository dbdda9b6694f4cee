"""An operation of the OpenAPI document: the responses of one method of one path."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.config import Config
from server.http.error_codes import DOWNLOAD, DOWNLOAD_HEAD, NOTES, by_status
from server.jobs.json_schema import TEXT, Schema, reference
from server.jobs.model.job import Status

Responses = Mapping[str, Schema]
"""OpenAPI responses by status."""

_ALL = {
    "name": "all",
    "in": "query",
    "description": "1: also the files that cannot be used, with their errors.",
    "schema": {"type": "string", "enum": ["0", "1"], "default": "0"},
}
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The `id` of the last event received: nothing is sent before the next change.",
    "schema": {"type": "string"},
}
_FILE: Schema = {"type": "string", "format": "binary"}
"""A file: bytes, not text, as generators of clients know it."""
_RANGE = {"name": "Range", "in": "header", "schema": {"type": "string"}}
_EXPIRES = {
    "name": "expires",
    "in": "query",
    "description": "Of a signed link: its end, in seconds since 1970.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
}
PAGE: list[Schema] = [
    {
        "name": "limit",
        "in": "query",
        "description": "Maximum number of jobs on the page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    },
    {
        "name": "cursor",
        "in": "query",
        "description": "`nextCursor` of the page before.",
        "schema": TEXT,
    },
    {
        "name": "status",
        "in": "query",
        "description": "Only jobs with this status.",
        "schema": {"enum": list(Status)},
    },
]
METRICS_TEXT: Responses = {
    "200": {
        "description": "Metrics in a text format of Prometheus",
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "application/openmetrics-text": {"schema": {"type": "string"}},
        },
    }
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any text that is new for each job, such as a UUID. A request that is repeated "
    "with its key within 24 hours returns the job of the first one.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "Present if an earlier request with the key has made the job.",
        "schema": {"const": "true"},
    }
}
_NOT_MODIFIED = {"description": "The client has it already"}


@dataclass(frozen=True)
class Operation:
    """The description of one method of one path."""

    id: str
    summary: str
    responses: Responses
    """The responses that are not errors."""
    codes: tuple[str, ...] = ()
    """The codes of its errors, besides ``internal``."""
    parameters: Sequence[Schema] = ()
    form: Callable[[Config, Sequence[str]], Schema] | None = None
    """Returns the schema of the form that it takes, for the settings and codecs of a server."""
    head: "Operation | None" = None
    """The operation of HEAD, where its responses differ."""

    def describe(
        self, config: Config, codecs: Sequence[str], more_codes: tuple[str, ...] = ()
    ) -> Schema:
        """Return the operation as the document lists it.

        Args:
            config: the settings.
            codecs: those that the server offers.
            more_codes: codes of errors besides its own.
        """
        codes = by_status((*self.codes, *more_codes))
        errors = {str(status): _error(status, codes[status]) for status in codes}
        described: Schema = {
            "operationId": self.id,
            "summary": self.summary,
            "responses": {**self.responses, **errors},
        }
        if self.parameters:
            described["parameters"] = list(self.parameters)
        if self.form:
            content = {"multipart/form-data": {"schema": self.form(config, codecs)}}
            described["requestBody"] = {"required": True, "content": content}
        return described


def json_body(schema: str, **more: Any) -> Schema:
    """Return a JSON response with this schema of SCHEMAS."""
    return {
        "description": schema,
        "content": {"application/json": {"schema": reference(schema)}},
        **more,
    }


def cacheable(schema: str) -> Responses:
    """Return the responses of what a client may cache and revalidate by its ETag."""
    return {"200": json_body(schema, headers=headers("ETag")), "304": _NOT_MODIFIED}


def accepted(schema: str) -> Responses:
    """Return the response to a request that made a job, now or before."""
    return {"202": json_body(schema, headers={**headers("Location"), **_REPLAYED})}


def created(schema: str) -> Responses:
    """Return the response to a request that made something that is kept."""
    return {"201": json_body(schema, headers=headers("Location"))}


def removed() -> Responses:
    """Return the response to the removal of something, which may have been removed before."""
    return {"204": {"description": "It is removed"}}


def listing(operation_id: str, summary: str, schema: str, codes: tuple[str, ...]) -> Operation:
    """Return the operation of a listing, which takes the query `all`."""
    return Operation(operation_id, summary, cacheable(schema), codes, parameters=[_ALL])


def download(operation_id: str, summary: str, content_type: str) -> Operation:
    """Return the operations of a file of a job."""
    named = ("Content-Disposition",)
    return ranged_file(operation_id, summary, content_type, DOWNLOAD, DOWNLOAD_HEAD, named)


def ranged_file(
    operation_id: str,
    summary: str,
    content_type: str,
    codes: tuple[str, ...],
    head_codes: tuple[str, ...],
    more_headers: tuple[str, ...] = (),
) -> Operation:
    """Return the operations of a file that supports ranges and has signed links."""
    content: Schema = {content_type: {"schema": _FILE}}
    of_file = headers("ETag", "Accept-Ranges", *more_headers)
    full: Schema = {"description": summary, "content": content, "headers": of_file}
    partial: Schema = {**full, "description": f"{summary}, in part"}
    bare: Schema = {**full, "content": {}}
    head = Operation(
        f"{operation_id}Head",
        f"{summary}: headers",
        {"200": bare, "304": _NOT_MODIFIED},
        head_codes,
        parameters=[_EXPIRES],
    )
    responses = {"200": full, "206": partial, "304": _NOT_MODIFIED}
    parameters = [_RANGE, _EXPIRES]
    return Operation(operation_id, summary, responses, codes, parameters=parameters, head=head)


def event_stream(operation_id: str, summary: str, schema: str, codes: tuple[str, ...]) -> Operation:
    """Return the operation of a stream of events, whose data have this schema of SCHEMAS."""
    content = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": reference(schema),
        "description": f"Each `data` is a {schema} in JSON; the event is `job`, the last one "
        "`completed`, `failed` or `cancelled`.",
    }
    responses: Responses = {
        "200": {"description": summary, "content": {"text/event-stream": {"schema": content}}},
        "204": {"description": "The client has the last event already"},
    }
    parameters = [_LAST_EVENT_ID, _EXPIRES]
    return Operation(operation_id, summary, responses, codes, parameters=parameters)


def picture(summary: str, *content_types: str, header: str | None = None) -> Responses:
    """Return the response that is a picture, with another header if one is named."""
    content: Schema = {kind: {"schema": _FILE} for kind in content_types}
    named = headers(*filter(None, [header]))
    return {"200": {"description": summary, "content": content, "headers": named}}


def cacheable_picture(summary: str, content_type: str) -> Responses:
    """Return the responses of a picture that a client may cache and revalidate by its ETag."""
    return {**picture(summary, content_type, header="ETag"), "304": _NOT_MODIFIED}


def octets(summary: str) -> Responses:
    """Return the responses of bytes that a client may cache and revalidate by their ETag."""
    content: Schema = {"application/octet-stream": {"schema": _FILE}}
    full: Schema = {"description": summary, "content": content, "headers": headers("ETag")}
    return {"200": full, "304": _NOT_MODIFIED}


def cacheable_text(summary: str, content_type: str) -> Responses:
    """Return the responses of a text that a client may cache and revalidate by its ETag."""
    content: Schema = {content_type: {"schema": {"type": "string"}}}
    full: Schema = {"description": summary, "content": content, "headers": headers("ETag")}
    return {"200": full, "304": _NOT_MODIFIED}


def headers(*names: str) -> Schema:
    """Return the headers of a response."""
    return {name: {"schema": {"type": "string"}} for name in names}


def _error(status: int, codes: list[str]) -> Schema:
    response = json_body("Error")
    response["description"] = "; ".join(
        f"{code}: {NOTES[code]}" if code in NOTES else code for code in codes
    )
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return response
