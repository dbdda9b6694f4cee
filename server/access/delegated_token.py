"""Delegated tokens: the back end of a site lets a browser make one export.

    token.KEY_ID.PLAN.EXPIRES.TOKEN_ID.SIGNATURE

The signature is the HMAC-SHA256 of the text before its dot, in URL-safe base64 without padding. Its
key is the SHA-256 of the secret of the API key, 32 bytes, so that the back end signs without
a request, and the server verifies without the secret.
"""

import base64
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from server.access.api_key import ID, ApiKey, comparable_hashes, matches_any
from server.errors import ToqiboxError
from server.messages import message
from server.settings.readers import PLANS

MAX_LIFETIME_S = 86_400
PREFIX = "token."
_TOKEN = re.compile(
    rf"token\.({ID.pattern})\.({'|'.join(PLANS)})\.([0-9]{{1,12}})\.([A-Za-z0-9_-]{{16,64}})"
    r"\.([A-Za-z0-9_-]{43})"
)
_ID_BYTES = 16


@dataclass(frozen=True)
class DelegatedToken:
    """Content of a token."""

    key_id: str
    plan: str
    """The largest plan of its job, and the default."""
    expires: int
    """Time until which it may submit its job and cause other work, in seconds since 1970."""
    id: str
    """Random text: each id makes one job."""
    signature: str = ""

    @property
    def signed_text(self) -> str:
        return f"{PREFIX}{self.key_id}.{self.plan}.{self.expires}.{self.id}"

    def is_signed_by(self, key: ApiKey | None) -> bool:
        """Compare the signature with that of each secret of a key; see is_secret_of."""
        valid = [_sign(self.signed_text, secret_hash) for secret_hash in comparable_hashes(key)]
        return matches_any(self.signature, valid) and key is not None

    def check_lifetime(self) -> None:
        """Refuse work once the token has expired, or while its expiry is too far ahead.

        Raises:
            ToqiboxError: unauthenticated.
        """
        now = time.time()
        if self.expires <= now:
            raise ToqiboxError("unauthenticated", why=message("token_expired"))
        if self.expires > now + MAX_LIFETIME_S:
            why = message("token_lifetime", hours=MAX_LIFETIME_S // 3600)
            raise ToqiboxError("unauthenticated", why=why)


def parse_token(text: str) -> DelegatedToken | None:
    """Return the content of a token, not verified; None for another text."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        return None
    key_id, plan, expires, token_id, signature = match.groups()
    token = DelegatedToken(key_id, plan, int(expires), token_id, signature)
    return token if text == f"{token.signed_text}.{signature}" else None


def issue_token(key: ApiKey, plan: str, lifetime_s: int) -> str:
    """Return a new token, signed by the newest secret of a key."""
    token_id = secrets.token_urlsafe(_ID_BYTES)
    text = DelegatedToken(key.id, plan, int(time.time()) + lifetime_s, token_id).signed_text
    return f"{text}.{_sign(text, key.secret_hashes[0])}"


def _sign(text: str, secret_hash: str) -> str:
    digest = hmac.digest(bytes.fromhex(secret_hash), text.encode(), sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
