"""The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header)."""

import re

from multidict import MultiMapping

from server.jobs.submission.refusal import invalid_field
from server.messages import message

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255
_KEY = re.compile(r"[!-~]{1,255}")


def idempotency_key(headers: MultiMapping[str]) -> str | None:
    """Return the key of a request; None if it has none.

    The key is opaque: 1 to 255 visible ASCII characters. Quotes, which the draft puts around it,
    are part of it.

    Raises:
        ToqiboxError: invalid_parameter: another text, or more than one key.
    """
    keys = headers.getall(HEADER, [])
    if len(keys) > 1:
        raise invalid_field(HEADER, message("given_twice"))
    if keys and not _KEY.fullmatch(keys[0]):
        raise invalid_field(HEADER, message("idempotency_key", maximum=MAX_KEY_LENGTH))
    return keys[0] if keys else None
