"""Webhook: the message to a client's server that a job has ended."""

import secrets
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

STATES = ("pending", "delivered", "failed")
"""States of a webhook; it is pending from the acceptance of its job on."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Row of the webhook table. Times are integer milliseconds since 1970."""

    id: str
    """The same for every attempt: a receiver recognises repeated messages by it."""
    job_id: str
    url: str
    host: str = ""
    """Canonical host and port of `url`; empty in a row of an earlier version."""
    owner: str = ""
    """Id of the API key of the job; empty on a server without keys."""
    event: str
    """Final status of the job."""
    created_at: int
    attempts: int = 0
    next_at: int | None
    """Time of the next attempt; None if there is none."""
    delivered_at: int | None = None

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.delivered_at is not None:
            return "delivered"
        return "failed" if self.next_at is None else "pending"

    @property
    def party(self) -> str:
        """Whom its attempts count for: the key, or without keys the host."""
        return self.owner or self.host


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


def canonical_host(url: str) -> str:
    """Return host and port of a URL, the same however they are written.

    Names are in lower case without a final dot, addresses in their shortest form (RFC 5952), and
    an IPv4 address that is mapped into IPv6 is itself.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        return f"{host}:{parts.port or 443}"
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    text = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    return f"{text}:{parts.port or 443}"


def without_secrets(url: str) -> str:
    """Return a URL without its query and user name, which may hold secrets."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def new_webhook_id() -> str:
    """Return an id that is unique and cannot be guessed."""
    return f"msg_{secrets.token_urlsafe(16)}"
