"""A job: its states and the moves between them.

    queued ──slot──► processing ──joined──► completed
      │                  ├──task failed──► failed
      └──DELETE──► cancelled ◄──DELETE──┘

A restart of the server moves nothing: a processing job goes on where its segments end.
"""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.jobs.model.spec import Spec


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
