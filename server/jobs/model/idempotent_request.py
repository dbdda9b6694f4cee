"""A request that carries an Idempotency-Key."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IdempotentRequest:
    """Identity and content of an accepted request, stored with its job."""

    owner: str
    """Namespace of the key: each API key has its own."""
    key: str
    """The client's Idempotency-Key."""
    fingerprint: str
    """Digest of its fields and files, 64 hexadecimal digits."""


@dataclass(frozen=True)
class AcceptedRequest:
    """An earlier request of the same key."""

    fingerprint: str
    job_id: str
