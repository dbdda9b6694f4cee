"""A job: its states, the moves between them, and the object a client sees.

    queued ──slot──► processing ──joined──► completed
      │                  ├──task failed──► failed
      └──DELETE──► cancelled ◄──DELETE──┘

A restart of the server moves nothing: a processing job goes on where its segments end.
"""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.errors import CATALOGUE, localize
from server.jobs.model.spec import Spec
from server.messages import read_values
from server.warnings import WarningData, localize_warnings, warning


class Status(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    """Accepted, on disk, waiting for a slot."""
    PROCESSING = "processing"
    """A slot has worked for it; see its stage."""
    COMPLETED = "completed"
    """The video passed its check; it can be downloaded until it expires."""
    FAILED = "failed"
    """It ended with an error code."""
    CANCELLED = "cancelled"
    """A client deleted it before it was finished."""


class Stage(StrEnum):
    """What a processing job is doing."""

    ANALYSING = "analysing"
    RENDERING = "rendering"
    JOINING = "joining"


TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.QUEUED: (Status.PROCESSING, Status.CANCELLED, Status.FAILED),
    Status.PROCESSING: (Status.COMPLETED, Status.FAILED, Status.CANCELLED),
    Status.COMPLETED: (),
    Status.FAILED: (),
    Status.CANCELLED: (),
}
FINAL = tuple(status for status, after in TRANSITIONS.items() if not after)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One row of the job table. Times are integer milliseconds since 1970."""

    id: str
    plan: str
    spec: Spec
    turn: int
    """Place in the order of work: created_at plus the head start the plan does not have."""
    created_at: int
    request_id: str
    status: Status = Status.QUEUED
    stage: Stage | None = None
    started_at: int | None = None
    finished_at: int | None = None
    expires_at: int | None = None
    removed: bool = False
    """Whether the files of a completed job are gone."""
    progress: int = 0
    """0 to 100; never falls."""
    frames_done: int = 0
    attempt: int = 0
    """The most attempts any of its tasks has needed so far, from 1 once one has begun."""
    slot_ms: int = 0
    """Time in which a slot worked for the job, before the present start of the server."""
    encoder: str | None = None
    threads: int | None = None
    renderer: str | None = None
    """What OpenGL called itself when the job began; every segment must be drawn by it."""
    software: bool = False
    encoder_fallback: str | None = None
    """The encoder that was wanted, when another had to be used."""
    error_code: str | None = None
    error_values: dict[str, Any] = field(default_factory=dict)
    diagnostics: list[dict[str, Any]] | None = None
    report: dict[str, Any] | None = None

    @classmethod
    def new(
        cls, job_id: str, plan: str, spec: Spec, *, turn: int, created_at: int, request_id: str
    ) -> "Job":
        """A job as it is when it is accepted."""
        return cls(
            id=job_id, plan=plan, spec=spec, turn=turn, created_at=created_at, request_id=request_id
        )

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now_ms()

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


def now_ms() -> int:
    """Wall-clock time in integer milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def percent_done(done: int, total: int) -> int:
    """Percent of the frames written; 100 is kept for a completed job."""
    return 99 * min(done, total) // total


def job_to_json(
    job: Job,
    language: str,
    *,
    position: int | None,
    eta_s: int | None,
    frames_done: int,
    public_url: str = "",
) -> dict[str, Any]:
    """The job object of the HTTP API, its error in `language` (``en`` or ``ru``).

    Args:
        public_url: what its links begin with.
    """
    spec = job.spec
    done = job.status is Status.COMPLETED
    is_available = done and not job.removed and not job.is_expired
    payload: dict[str, Any] = {
        "jobId": job.id,
        "status": job.status.value,
        "stage": job.stage.value if job.stage and job.status is Status.PROCESSING else None,
        "progress": job.progress,
        "plan": job.plan,
        "resolution": {"width": spec.width, "height": spec.height},
        "effect": spec.ids[0] if len(spec.ids) == 1 else spec.ids,
        "preset": spec.preset,
        "fps": spec.fps,
        "start": float(spec.start),
        "duration": float(spec.duration),
        "highlight": spec.highlight,
        "tempo": spec.tempo,
        "frames": {"done": spec.frames if done else frames_done, "total": spec.frames},
        "queuePosition": position,
        "etaSeconds": eta_s,
        "createdAt": job.created_at,
        "startedAt": job.started_at,
        "finishedAt": job.finished_at,
        "expiresAt": job.expires_at,
        "attempt": job.attempt,
        "downloadUrl": f"{public_url}/download/{job.id}" if is_available else None,
        "posterUrl": f"{public_url}/download/{job.id}/poster.jpg" if is_available else None,
        "error": None,
        "code": None,
        "retryable": None,
        "warnings": localize_warnings(_warnings(job), language),
        "report": job.report,
    }
    if job.error_code:
        payload["error"] = localize(job.error_code, language, read_values(job.error_values))
        payload["code"] = job.error_code
        payload["retryable"] = CATALOGUE[job.error_code].retryable
        if job.diagnostics:
            payload["diagnostics"] = job.diagnostics
    return payload


def _warnings(job: Job) -> list[WarningData]:
    """The warnings known when the job was accepted, and those that its film gives rise to."""
    blank = (job.report or {}).get("blank")
    return [*job.spec.warnings, *([warning("blank_film", colour=blank)] if blank else [])]
