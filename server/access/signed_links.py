"""Links that carry their permission: an expiry and a signature in the query of one path.

The signature is the HMAC-SHA256 of ``METHOD LF path LF expiry``, in URL-safe base64 without
padding. HEAD may use a link of GET.
"""

import base64
import hmac
import re
import time
from collections.abc import Sequence
from hashlib import sha256

from multidict import MultiMapping

from server.access.api_key import matches_any
from server.errors import ToqiboxError
from server.messages import message

_EXPIRY = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{43}")
SIGNATURE = "signature"


class LinkSigner:
    """Makes and verifies signed links.

    Args:
        secrets: the first signs, all of them verify.
        lifetime_s: minimum lifetime of a link, in seconds.
    """

    def __init__(self, secrets: Sequence[bytes], lifetime_s: int) -> None:
        self._secrets = tuple(secrets)
        self._lifetime_s = lifetime_s

    def expiry(self, removed_at_ms: int | None) -> int:
        """Return the expiry of a link that is made now, in seconds since 1970.

        It is at most an eighth of the lifetime later than necessary, so that the links of a job
        that is polled seldom differ: a page that has one in use keeps it.

        Args:
            removed_at_ms: time at which the file itself is removed, in milliseconds.
        """
        step = max(1, self._lifetime_s // 8)
        expires = -(-int(time.time() + self._lifetime_s) // step) * step
        return expires if removed_at_ms is None else min(expires, -(-removed_at_ms // 1000))

    def sign(self, method: str, path: str, expires: int) -> str:
        """Return the query of a link: ``expires=…&signature=…``."""
        signature = _signature(self._secrets[0], method, path, str(expires))
        return f"expires={expires}&{SIGNATURE}={signature}"

    def verify(self, method: str, path: str, query: MultiMapping[str]) -> None:
        """Verify the query of a request.

        Raises:
            ToqiboxError: unauthenticated: it was not signed by this server for this method and
                path, or has expired.
        """
        expires, signature = query.get("expires", ""), query.get(SIGNATURE, "")
        is_formed = _EXPIRY.fullmatch(expires) and _SIGNATURE.fullmatch(signature)
        if len(query) != 2 or not is_formed:
            raise ToqiboxError("unauthenticated", why=message("link_invalid"))
        signed = "GET" if method == "HEAD" else method
        valid = [_signature(secret, signed, path, expires) for secret in self._secrets]
        if not matches_any(signature, valid):
            raise ToqiboxError("unauthenticated", why=message("link_invalid"))
        if int(expires) <= time.time():
            raise ToqiboxError("unauthenticated", why=message("link_expired"))


def _signature(secret: bytes, method: str, path: str, expires: str) -> str:
    digest = hmac.digest(secret, f"{method}\n{path}\n{expires}".encode(), sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
