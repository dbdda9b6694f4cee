"""API keys: their identity, plan and limits.

A client sends ``ID.SECRET``. Only SHA-256 of the secret is stored: it has 256 random bits, which no
slower hash could protect better.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
SECRET_BYTES = 32
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_SECRETS = 4
"""Maximum number of valid secrets of a key, during their rotation."""
_NO_SECRET = secrets.token_hex(32)
"""Compared where there is no secret; nobody knows what it would be the hash of."""


@dataclass(frozen=True, kw_only=True)
class KeyLimits:
    """Limits of a key, each None if it is unlimited."""

    queued_jobs: int | None = None
    """Jobs that wait in the queue at a time."""
    exports_per_day: int | None = None
    """Jobs accepted within 24 hours."""
    requests_per_minute: int | None = None


NO_LIMITS = KeyLimits()


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key as it is stored. Its jobs belong to its id, so that its secret can be replaced."""

    id: str
    plan: str
    """The largest plan that its jobs may have."""
    secret_hashes: tuple[str, ...]
    """SHA-256 of each secret that is valid, 64 hexadecimal digits; the newest comes first."""
    limits: KeyLimits = NO_LIMITS
    custom_shaders: bool = False
    """True if its requests may send the sources of effects, on a server that takes any."""


def new_secret() -> str:
    """Return 43 URL-safe characters of 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a secret in hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def split_credentials(credentials: str) -> tuple[str, str] | None:
    """Return id and secret of ``ID.SECRET``; None for another text."""
    key_id, dot, secret = credentials.partition(".")
    if not dot or not ID.fullmatch(key_id) or not _SECRET.fullmatch(secret):
        return None
    return key_id, secret


def is_secret_of(key: ApiKey | None, secret: str) -> bool:
    """Return whether `secret` is one of a key's; without a key as much is compared.

    Every hash is compared in constant time: the duration depends neither on whether an id exists
    nor on the number of its secrets, nor on how much of one is right.
    """
    return matches_any(hash_secret(secret), comparable_hashes(key)) and key is not None


def comparable_hashes(key: ApiKey | None) -> list[str]:
    """Return the hashes of a key's secrets, as many for any key and for none."""
    hashes = list(key.secret_hashes) if key else []
    return hashes + [_NO_SECRET] * (MAX_SECRETS - len(hashes))


def matches_any(text: str, candidates: Sequence[str]) -> bool:
    """Compare `text` with each candidate in constant time; all are ASCII."""
    return sum(hmac.compare_digest(text.encode(), known.encode()) for known in candidates) > 0
