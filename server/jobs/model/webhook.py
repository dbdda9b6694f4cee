"""Webhook: the message to a client's server that a job has ended."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Row of the webhook table. Times are integer milliseconds since 1970."""

    id: str
    """The same for every attempt: a receiver recognises repeated messages by it."""
    job_id: str
    url: str
    event: str
    """Final status of the job."""
    created_at: int
    attempts: int = 0
    next_at: int | None
    """Time of the next attempt; None if there is none."""
    delivered_at: int | None = None

    @property
    def state(self) -> str:
        """``pending``, ``delivered`` or ``given_up``."""
        if self.delivered_at is not None:
            return "delivered"
        return "given_up" if self.next_at is None else "pending"


@dataclass(frozen=True, kw_only=True)
class WebhookAttempt:
    """Row of the delivery log."""

    number: int
    """From 1."""
    at: int
    duration_ms: int
    status: int | None
    """HTTP status; None without a response."""
    error: str | None
    """None if it was delivered."""


def new_webhook_id() -> str:
    """Return an id that is unique and cannot be guessed."""
    return f"msg_{secrets.token_urlsafe(16)}"
