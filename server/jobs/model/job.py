"""Job: its states and the transitions between them.

    queued ──slot──► processing ──muxed──► completed
      │                  ├──task failed──► failed
      └──DELETE──► cancelled ◄──DELETE──┘

A restart of the server changes no state: a processing job continues after its finished segments.
"""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.jobs.model.spec import Spec


class Status(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    """Accepted, on disk, waiting for a slot."""
    PROCESSING = "processing"
    """Started by a slot; see its stage."""
    COMPLETED = "completed"
    """The video passed verification; it can be downloaded until it expires."""
    FAILED = "failed"
    """Ended with an error code."""
    CANCELLED = "cancelled"
    """Deleted by a client before it was finished."""


class Stage(StrEnum):
    """Current step of a processing job."""

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
LIVE = tuple(status for status, after in TRANSITIONS.items() if after)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Row of the job table. Times are integer milliseconds since 1970."""

    id: str
    plan: str
    spec: Spec
    queue_key: int
    """Sort key of the queue: created_at plus the head start that the plan does not have."""
    created_at: int
    request_id: str
    owner: str = ""
    """``KEY_ID`` of the API key that submitted it, ``KEY_ID.TOKEN_ID`` of a delegated token; empty
    on a server without keys."""
    status: Status = Status.QUEUED
    stage: Stage | None = None
    started_at: int | None = None
    finished_at: int | None = None
    expires_at: int | None = None
    removed: bool = False
    """True once the files of a completed job are removed."""
    progress: int = 0
    """0 to 100; never decreases."""
    frames_done: int = 0
    attempt: int = 0
    """Maximum number of attempts of any of its tasks so far; 1 once a task has started."""
    slot_ms: int = 0
    """Time that slots have spent on the job before the last start of the server."""
    encoder: str | None = None
    segment_frames: int | None = None
    """Frames of a segment, chosen when the job begins, as `threads` of each encoder."""
    threads: int | None = None
    renderer: str | None = None
    """Name of the OpenGL renderer when the job started; it must render every segment."""
    software: bool = False
    encoder_fallback: str | None = None
    """The preferred encoder, if another had to be used."""
    error_code: str | None = None
    error_values: dict[str, Any] = field(default_factory=dict)
    diagnostics: list[dict[str, Any]] | None = None
    report: dict[str, Any] | None = None
    webhook: str | None = None
    """URL of the client's server that gets a message when the job ends."""
    track_id: str | None = None
    """Id of the kept track that it was made from; None if its track was sent with it."""
    result_key: str | None = None
    """Hash of everything that determines the video; None if it is not completed."""
    cached: bool = False
    """True if its video is that of an earlier job."""
    version: int = 0
    """Rises with each change."""
    trace: str | None = None
    """Span of the request that made it (W3C Trace Context, traceparent)."""

    @classmethod
    def new(
        cls, job_id: str, plan: str, spec: Spec, *, queue_key: int, created_at: int, request_id: str
    ) -> "Job":
        """Create a job in its initial state."""
        return cls(
            id=job_id,
            plan=plan,
            spec=spec,
            queue_key=queue_key,
            created_at=created_at,
            request_id=request_id,
        )

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now_ms()

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


def now_ms() -> int:
    """Return the wall-clock time in integer milliseconds since 1970."""
    return time.time_ns() // 1_000_000
