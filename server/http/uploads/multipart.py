"""The parts of a multipart/form-data body, one after the other (RFC 2046 section 5.1, RFC 7578).

A parser of our own because a form is the one thing strangers send us at length: nothing here
depends on the size of a part, nothing nests, every length has a limit, and the final boundary is
demanded. aiohttp's reader skips what was not read, recurses into nested forms, has no limit on
parts, and raises ValueError, AssertionError or RecursionError where the form is wrong.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from server.errors import ToqiboxError

_NAME = r""";\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*"""
_PARAMETER = re.compile(_NAME + r"""(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))\s*""")
_UNESCAPED = re.compile(_NAME + r"""(?:"([^"]*)"|([^\s";]*))\s*""")
"""As browsers and curl write file names: a backslash escapes nothing (WHATWG HTML, 4.10.22)."""
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_HEADER_NAME = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_MAX_OUTSIDE_BYTES = 1024
"""Most that may stand before the first and after the last boundary, or behind one on its line."""
_IDENTITY = ("", "binary", "8bit", "7bit", "identity")


@dataclass(frozen=True)
class PartLimits:
    """How many parts there may be, and how long the headers of one."""

    parts: int = 20
    header_bytes: int = 8190


def parse_boundary(content_type: str) -> bytes:
    """The boundary that a Content-Type header names.

    Raises:
        ToqiboxError: unsupported_content_type where it is no form, malformed_multipart where the
            boundary is missing, longer than 70 characters, or made of others than RFC 2046 allows.
    """
    kind, semicolon, rest = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        raise ToqiboxError("unsupported_content_type")
    boundary = _parse_parameters(semicolon + rest).get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise _malformed("no usable boundary")
    return boundary.encode("ascii")


class MultipartReader:
    """Walks through a form: `next_part`, then `pieces` of it, until there is no next part.

    Args:
        boundary: as `parse_boundary` gives it.
        read: the next bytes of the body, b"" at its end.
    """

    def __init__(
        self,
        boundary: bytes,
        read: Callable[[], Awaitable[bytes]],
        limits: PartLimits | None = None,
    ) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._read = read
        self._limits = limits or PartLimits()
        # The first boundary may open the body; with this it looks like every other one.
        self._buffer = bytearray(b"\r\n")
        self._parts = 0
        self.has_empty_filename = False
        """The present part is a file field in which no file was chosen, if it is empty: its file
        name is there, but empty (WHATWG HTML, 4.10.22.4)."""
        self._is_at_boundary = False

    async def next_part(self) -> str | None:
        """Go to the next part and return its field name; None after the final boundary.

        Raises:
            ToqiboxError: malformed_multipart, upload_incomplete.
        """
        if self._parts == 0:
            await self._skip_preamble()
        elif not self._is_at_boundary:
            async for _ in self.chunks():
                pass
        self._is_at_boundary = False
        await self._fill(2)
        if self._buffer.startswith(b"--"):
            await self._skip_epilogue()
            return None
        padding = await self._read_line(_MAX_OUTSIDE_BYTES)
        if padding.strip(b" \t"):
            raise _malformed("text behind a boundary")
        self._parts += 1
        if self._parts > self._limits.parts:
            raise _malformed("too many parts")
        name, self.has_empty_filename = _field_of(await self._read_headers())
        return name

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content of the present part, as it arrives; no piece is empty."""
        tail = len(self._delimiter) - 1
        while (index := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > tail:
                yield self._consume(len(self._buffer) - tail)
            await self._require_more()
        chunk = self._consume(index)
        self._consume(len(self._delimiter))
        self._is_at_boundary = True
        if chunk:
            yield chunk

    async def _skip_preamble(self) -> None:
        while (index := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > _MAX_OUTSIDE_BYTES + len(self._delimiter):
                raise _malformed("the boundary does not occur")
            if not await self._read_more():
                raise _malformed("the boundary does not occur")
        if index > _MAX_OUTSIDE_BYTES:
            raise _malformed("text before the first boundary")
        self._consume(index + len(self._delimiter))

    async def _skip_epilogue(self) -> None:
        while len(self._buffer) <= _MAX_OUTSIDE_BYTES:
            if not await self._read_more():
                return
        raise _malformed("text after the final boundary")

    async def _read_headers(self) -> dict[str, str]:
        """The headers of a part, names in lower case."""
        found: dict[str, str] = {}
        left = self._limits.header_bytes
        while line := await self._read_line(left):
            left -= len(line) + 2
            name, colon, value = line.partition(b":")
            key = name.decode("ascii", "replace").lower()
            # Folded lines begin with a space, so they are no header names; RFC 7230 dropped them.
            if not colon or not _HEADER_NAME.fullmatch(name) or key in found:
                raise _malformed("a part header")
            if any(byte < 32 and byte != 9 for byte in value):
                raise _malformed("a control character in a part header")
            found[key] = value.decode("utf-8", "replace").strip()
        return found

    async def _read_line(self, limit: int) -> bytes:
        """Up to the next CRLF, which is taken too; at most `limit` bytes."""
        start = 0
        while (index := self._buffer.find(b"\r\n", start)) < 0:
            if len(self._buffer) > limit:
                raise _malformed("a line is too long")
            start = max(0, len(self._buffer) - 1)
            await self._require_more()
        if index > limit:
            raise _malformed("a line is too long")
        line = self._consume(index)
        self._consume(2)
        return line

    async def _fill(self, count: int) -> None:
        while len(self._buffer) < count:
            await self._require_more()

    async def _require_more(self) -> None:
        if not await self._read_more():
            raise ToqiboxError("upload_incomplete", detail="no final boundary")

    async def _read_more(self) -> bool:
        data = await self._read()
        self._buffer += data
        return bool(data)

    def _consume(self, count: int) -> bytes:
        data = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return data


def _field_of(headers: dict[str, str]) -> tuple[str, bool]:
    """The field that a part with these headers belongs to (RFC 7578 section 4.2), and whether its
    file name is empty.

    Raises:
        ToqiboxError: malformed_multipart: no name, or content that is encoded or nested.
    """
    kind, semicolon, rest = headers.get("content-disposition", "").partition(";")
    parameters = _parse_parameters(semicolon + rest)
    name = parameters.get("name")
    if kind.strip().lower() != "form-data" or not name:
        raise _malformed("a part without a name")
    if headers.get("content-type", "").lower().lstrip().startswith("multipart/"):
        raise _malformed("a form within a form")
    for encoding in ("content-transfer-encoding", "content-encoding"):
        if headers.get(encoding, "").lower() not in _IDENTITY:
            raise _malformed("an encoded part")
    return name, parameters.get("filename") == ""


def _parse_parameters(text: str) -> dict[str, str]:
    """The parameters of a header, as ``; name=value`` or ``; name="value"``, names in lower case.

    A backslash in quotes escapes what follows; where nothing can be made of it so, such as
    ``filename="trail\\"``, it stands for itself.

    Raises:
        ToqiboxError: malformed_multipart: something else stands there, or one name twice.
    """
    found = _match_parameters(text, _PARAMETER)
    if found is None:
        found = _match_parameters(text, _UNESCAPED)
    if found is None:
        raise _malformed("a header parameter")
    return found


def _match_parameters(text: str, parameter: re.Pattern[str]) -> dict[str, str] | None:
    """The parameters as one pattern finds them; None where it does not fit all of `text`."""
    found: dict[str, str] = {}
    index = 0
    while index < len(text.rstrip(" \t;")):
        match = parameter.match(text, index)
        if match is None or match[1].lower() in found:
            return None
        quoted = match[2]
        escaped = quoted is not None and parameter is _PARAMETER
        value = re.sub(r"\\(.)", r"\1", quoted) if escaped else quoted
        found[match[1].lower()] = match[3] if value is None else value
        index = match.end()
    return found


def _malformed(why: str) -> ToqiboxError:
    return ToqiboxError("malformed_multipart", detail=why)
