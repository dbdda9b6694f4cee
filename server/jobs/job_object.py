"""The job object of the HTTP API: each property with its schema and its value, in one list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from server.access.signed_links import LinkSigner
from server.errors import CATALOGUE, localize
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
from server.jobs.model.job import Job, Stage, Status
from server.jobs.model.requested_effect import source_digest
from server.jobs.model.webhook import STATES, Webhook, without_secrets
from server.jobs.storage.data_folder import ID_PATTERN
from server.jobs.submission.fields import FITS, HIGHLIGHTS, nearest_aspect
from server.messages import read_values
from server.protocol.encodings import CODECS, QUALITIES
from server.protocol.scene import EffectInstance
from server.warnings import WarningData, localize_warnings, warning

_DIAGNOSTICS = array_of(reference("Diagnostic"))


@dataclass(frozen=True, kw_only=True)
class JobView:
    """Job with the values that a client sees besides its row."""

    job: Job
    language: str
    """Language of its error and warnings: ``en`` or ``ru``."""
    position: int | None
    """Position in the queue."""
    eta_s: int | None
    public_url: str = ""
    """Prefix of its links."""
    links: LinkSigner | None = None
    """Signs its links; None on a server without API keys."""
    message: Webhook | None = None
    """Its webhook once it has ended."""

    @property
    def stage(self) -> str | None:
        """Current step while it is processing."""
        job = self.job
        return job.stage.value if job.stage and job.status is Status.PROCESSING else None

    @property
    def effect(self) -> str | list[str]:
        """Id of its effect, or ids of its chain."""
        ids = self.job.spec.ids
        return ids[0] if len(ids) == 1 else ids

    @property
    def chain(self) -> list[dict[str, Any]]:
        """Its effects with the params of the request, in the form of the field ``effect``.

        A custom one has the digest of its source instead, which `chain_of` returns.
        """
        return [_describe_effect(instance) for instance in self.job.spec.effects]

    @property
    def aspect(self) -> str:
        """Aspect of the request; a job of an earlier version has only the size of its frames."""
        spec = self.job.spec
        return spec.aspect or nearest_aspect(spec.width, spec.height)

    @property
    def frames(self) -> dict[str, int]:
        """Frames done and in total."""
        total = self.job.spec.frames
        is_complete = self.job.status is Status.COMPLETED
        return {"done": total if is_complete else self.job.frames_done, "total": total}

    def link(self, suffix: str = "") -> str | None:
        """Return the link to a file of the job; None if there is no such file any more or yet."""
        job = self.job
        if job.status is not Status.COMPLETED or job.removed or job.is_expired:
            return None
        return self._url(f"/download/{job.id}{suffix}")

    @property
    def events_link(self) -> str:
        """The link to its events, which an `EventSource` requests without a header."""
        return self._url(f"/export/{self.job.id}/events")

    def _url(self, path: str) -> str:
        if self.links is None:
            return self.public_url + path
        query = self.links.sign("GET", path, self.links.expiry(self.job.expires_at))
        return f"{self.public_url}{path}?{query}"

    @property
    def webhook(self) -> dict[str, Any] | None:
        """State of its webhook; None if the request named none."""
        if self.job.webhook is None:
            return None
        sent = self.message
        return {
            "url": without_secrets(self.job.webhook),
            "state": sent.state if sent else STATES[0],
            "attempts": sent.attempts if sent else 0,
        }

    @property
    def error(self) -> str | None:
        """Sentence of its error."""
        job = self.job
        if not job.error_code:
            return None
        return localize(job.error_code, self.language, read_values(job.error_values))

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """Warnings known when the job was accepted, and those about its finished video."""
        job = self.job
        blank = (job.report or {}).get("blank")
        of_video: list[WarningData] = [warning("blank_film", colour=blank)] if blank else []
        return localize_warnings([*job.spec.warnings, *of_video], self.language)


def _describe_effect(instance: EffectInstance) -> dict[str, Any]:
    described = {"id": instance.id, "params": dict(instance.params)}
    if instance.custom:
        digest = source_digest(instance.source)
        described |= {"title": instance.title, "sha256": digest}
    return described


def chain_of(job: Job) -> list[dict[str, Any]]:
    """Return the value of the field ``effect`` that asks for the effects of a job again."""
    return [
        {"source": item.source, "params": dict(item.params)}
        if item.custom
        else {"id": item.id, "params": dict(item.params)}
        for item in job.spec.effects
    ]


class Property(NamedTuple):
    """Property of the job object."""

    schema: Schema
    value: Callable[[JobView], Any]


PROPERTIES: dict[str, Property] = {
    "jobId": Property({**TEXT, "pattern": f"^{ID_PATTERN}$"}, lambda view: view.job.id),
    "status": Property(
        {"enum": [status.value for status in Status]}, lambda view: view.job.status.value
    ),
    "stage": Property({"enum": [*(stage.value for stage in Stage), None]}, lambda view: view.stage),
    "progress": Property(
        {"type": "integer", "minimum": 0, "maximum": 100}, lambda view: view.job.progress
    ),
    "plan": Property(reference("Plan"), lambda view: view.job.plan),
    "resolution": Property(
        object_schema({"width": COUNT, "height": COUNT}),
        lambda view: {"width": view.job.spec.width, "height": view.job.spec.height},
    ),
    "trackId": Property(
        {
            **nullable({**TEXT, "pattern": f"^{ID_PATTERN}$"}),
            "description": "The kept track that it was made from; null if a file was sent.",
        },
        lambda view: view.job.track_id,
    ),
    "effect": Property({"anyOf": [TEXT, array_of(TEXT)]}, lambda view: view.effect),
    "params": Property(
        {
            "type": ["object", "null"],
            "additionalProperties": True,
            "description": "The params of the request; null if it had a chain of several effects.",
        },
        lambda view: view.chain[0]["params"] if len(view.chain) == 1 else None,
    ),
    "chain": Property(
        {
            **array_of(reference("ChainEffect")),
            "description": "The effects with their params: the field `effect` that asks for them "
            "again, except that a source is named by its SHA-256.",
        },
        lambda view: view.chain,
    ),
    "preset": Property(nullable(TEXT), lambda view: view.job.spec.preset),
    "aspect": Property(reference("Aspect"), lambda view: view.aspect),
    "fit": Property({"enum": list(FITS)}, lambda view: view.job.spec.fit),
    "codec": Property({"enum": list(CODECS)}, lambda view: view.job.spec.codec),
    "quality": Property({"enum": list(QUALITIES)}, lambda view: view.job.spec.quality),
    "fps": Property(reference("FrameRate"), lambda view: view.job.spec.fps),
    "start": Property(NUMBER, lambda view: float(view.job.spec.start)),
    "duration": Property(NUMBER, lambda view: float(view.job.spec.duration)),
    "highlight": Property(
        {
            "enum": [*HIGHLIGHTS, None],
            "description": "How `start` was determined; null if the request gave a time.",
        },
        lambda view: view.job.spec.highlight,
    ),
    "tempo": Property(
        {"type": ["number", "null"], "description": "The requested tempo."},
        lambda view: view.job.spec.tempo,
    ),
    "title": Property(
        {
            "type": ["string", "null"],
            "description": "The title in the video, of the request or of the track's tags.",
        },
        lambda view: view.job.spec.title,
    ),
    "artist": Property(
        {"type": ["string", "null"], "description": "The artist, likewise."},
        lambda view: view.job.spec.artist,
    ),
    "allowFlashing": Property(BOOLEAN, lambda view: view.job.spec.allow_flashing),
    "frames": Property(object_schema({"done": COUNT, "total": COUNT}), lambda view: view.frames),
    "queuePosition": Property(nullable(COUNT), lambda view: view.position),
    "etaSeconds": Property(nullable(COUNT), lambda view: view.eta_s),
    "createdAt": Property(TIMESTAMP, lambda view: view.job.created_at),
    "startedAt": Property(nullable(TIMESTAMP), lambda view: view.job.started_at),
    "finishedAt": Property(nullable(TIMESTAMP), lambda view: view.job.finished_at),
    "expiresAt": Property(nullable(TIMESTAMP), lambda view: view.job.expires_at),
    "cached": Property(
        {**BOOLEAN, "description": "True if the video is that of an earlier, equal job."},
        lambda view: view.job.cached,
    ),
    "attempt": Property(COUNT, lambda view: view.job.attempt),
    "downloadUrl": Property(nullable(TEXT), lambda view: view.link()),
    "posterUrl": Property(nullable(TEXT), lambda view: view.link("/poster.jpg")),
    "eventsUrl": Property(TEXT, lambda view: view.events_link),
    "webhook": Property(
        {
            **nullable(
                object_schema({"url": TEXT, "state": {"enum": list(STATES)}, "attempts": COUNT})
            ),
            "description": "The message about its end; the URL is without its query.",
        },
        lambda view: view.webhook,
    ),
    "error": Property(nullable(TEXT), lambda view: view.error),
    "code": Property(nullable(TEXT), lambda view: view.job.error_code or None),
    "retryable": Property(
        nullable(BOOLEAN),
        lambda view: CATALOGUE[view.job.error_code].retryable if view.job.error_code else None,
    ),
    "warnings": Property(array_of(reference("Warning")), lambda view: view.warnings),
    "report": Property(nullable(reference("Report")), lambda view: view.job.report),
}
"""Properties of every job object, in order."""

SCHEMAS = {name: entry.schema for name, entry in PROPERTIES.items()}
OPTIONAL_SCHEMAS = {"diagnostics": _DIAGNOSTICS}
"""Properties of a job that failed because of its effect."""


def job_to_json(view: JobView) -> dict[str, Any]:
    """Build the job object."""
    payload = {name: entry.value(view) for name, entry in PROPERTIES.items()}
    if view.job.error_code and view.job.diagnostics:
        payload["diagnostics"] = view.job.diagnostics
    return payload
