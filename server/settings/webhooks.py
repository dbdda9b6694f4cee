"""Readers of the settings of webhooks."""

import base64
import binascii
import re

_SECRET = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")
_MIN_SECRET_BYTES, _MAX_SECRET_BYTES = 24, 64
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


def read_webhook_secrets(text: str) -> tuple[bytes, ...]:
    """Read comma-separated secrets, each ``whsec_`` and 24 to 64 bytes in base64."""
    return tuple(_read_secret(part.strip()) for part in text.split(","))


def _read_secret(text: str) -> bytes:
    match = _SECRET.fullmatch(text)
    try:
        secret = base64.b64decode(match[1] + "==") if match else b""
    except binascii.Error:
        secret = b""
    if not _MIN_SECRET_BYTES <= len(secret) <= _MAX_SECRET_BYTES:
        raise ValueError(
            "whsec_ and 24 to 64 random bytes in base64, such as the output of "
            "“echo whsec_$(openssl rand -base64 32)”; several are separated by commas"
        )
    return secret


def read_hosts(text: str) -> tuple[str, ...]:
    """Read comma-separated host names or addresses, in lower case."""
    hosts = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("comma-separated host names or addresses, such as hooks.internal,10.0.0.7")
    return hosts
