"""Signature of a webhook, by the specification of Standard Webhooks 1.0.

Its library would add a dependency for one HMAC, and signs with one secret only; a change of the
secret needs two.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def sign(webhook_id: str, timestamp: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """Return the headers that identify and sign a message.

    Args:
        webhook_id: the same for each attempt.
        timestamp: of the attempt, in seconds since 1970.
        body: exactly as it is sent.
        secrets: one signature for each; a receiver needs only one of them.
    """
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    signatures = [
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    ]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
