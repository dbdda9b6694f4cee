"""The header Authorization with a bearer credential (RFC 6750 section 2.1)."""

import re

from multidict import MultiMapping

from server.errors import ToqiboxError
from server.messages import message

HEADER = "Authorization"
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,1000}=*)", re.IGNORECASE | re.ASCII)


def bearer_credentials(headers: MultiMapping[str]) -> str | None:
    """Return the credentials of a request; None if it has none.

    Raises:
        ToqiboxError: unauthenticated: another scheme, malformed, or more than one.
    """
    values = headers.getall(HEADER, [])
    if not values:
        return None
    match = _BEARER.fullmatch(values[0].strip(" \t"))
    if len(values) > 1 or match is None:
        raise ToqiboxError("unauthenticated", why=message("no_bearer"))
    return match[1]
