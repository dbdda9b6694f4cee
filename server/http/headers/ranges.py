"""Range and conditional requests (RFC 9110 sections 13 and 14)."""

import re
from collections.abc import Mapping

from server.errors import ToqiboxError

_ONE_RANGE = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})", re.IGNORECASE | re.ASCII)


class RangeNotSatisfiable(Exception):
    """The range begins after the end of the file."""


def requested_range(headers: Mapping[str, str], size: int, etag: str) -> tuple[int, int] | None:
    """Return the first byte and the length of the requested range; None means the whole file.

    A Range that is malformed, or lists several ranges, or comes with an If-Range that does not name
    this very file, is ignored, as the RFC allows and asks.

    Raises:
        RangeNotSatisfiable: no byte of the range exists.
    """
    if headers.get("If-Range", etag).strip() != etag:
        return None
    match = _ONE_RANGE.fullmatch(headers.get("Range", "").strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        count = min(int(match[2]), size)
        first = size - count
    else:
        first = int(match[1])
        last = min(int(match[2] or size), size - 1)
        if match[2] and int(match[2]) < first:
            return None
        count = last - first + 1
    if first >= size or count < 1:
        raise RangeNotSatisfiable
    return first, count


def is_not_modified(headers: Mapping[str, str], etag: str) -> bool:
    """Return whether If-None-Match says that the client has this file already."""
    tags = [tag.strip().removeprefix("W/") for tag in headers.get("If-None-Match", "").split(",")]
    return etag in tags or "*" in tags


def check_if_match(headers: Mapping[str, str], etag: str | None = None) -> None:
    """Continue only if If-Match is absent or names the current tag (RFC 9110 section 13.1.1).

    Args:
        etag: the current tag; None for what has no tag, which only ``*`` names.

    Raises:
        ToqiboxError: precondition_failed.
    """
    if_match = headers.get("If-Match")
    if if_match is None:
        return
    tags = [
        tag.strip() for tag in if_match.split(",")
    ]  # strong comparison: a weak tag never matches
    if "*" not in tags and etag not in tags:
        raise ToqiboxError("precondition_failed")
