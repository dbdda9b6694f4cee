"""The parts of a multipart/form-data body, one after the other (RFC 2046 section 5.1, RFC 7578).

The project has a parser of its own because a form is the largest input from strangers: nothing
here depends on the size of a part, nothing nests, every length has a limit, and the final
boundary is required. aiohttp's reader skips what was not read, recurses into nested forms, has no
limit on parts, and raises ValueError, AssertionError or RecursionError for a malformed form.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.messages import message

_NAME = r""";\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*"""
_PARAMETER = re.compile(_NAME + r"""(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))\s*""")
_UNESCAPED = re.compile(_NAME + r"""(?:"([^"]*)"|([^\s";]*))\s*""")
"""File names of browsers and curl: a backslash escapes nothing (WHATWG HTML, 4.10.22)."""
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_HEADER_NAME = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_MAX_OUTSIDE_BYTES = 1024
"""Maximum size before the first boundary, after the last one, or of padding on its line."""
_IDENTITY = ("", "binary", "8bit", "7bit", "identity")


def parse_boundary(content_type: str) -> bytes:
    """Return the boundary that a Content-Type header names.

    Raises:
        ToqiboxError: unsupported_content_type if it is not a form; malformed_multipart if the
            boundary is missing, longer than 70 characters, or has characters that RFC 2046 forbids.
    """
    kind, semicolon, rest = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        raise ToqiboxError("unsupported_content_type")
    boundary = _parse_parameters(semicolon + rest).get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        why = message("no_boundary")
        raise ToqiboxError("malformed_multipart", detail="no valid boundary", why=why)
    return boundary.encode("ascii")


class MultipartReader:
    """Reads a form part by part: `next_part`, then its `chunks`, until all parts are read.

    Args:
        boundary: as `parse_boundary` returns it.
        read: reads the next bytes of the body, b"" at its end.
    """

    def __init__(
        self,
        boundary: bytes,
        read: Callable[[], Awaitable[bytes]],
        limits: HttpLimits | None = None,
    ) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._read = read
        self._limits = limits or HttpLimits()
        # The first boundary may open the body; with this it looks like every other one.
        self._buffer = bytearray(b"\r\n")
        self._parts = 0
        self.has_empty_filename = False
        """The current part is a file input with an empty file name: if its content is empty too, no
        file was chosen (WHATWG HTML, 4.10.22.4)."""
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
            raise _malformed("text after a boundary")
        self._parts += 1
        if self._parts > self._limits.parts:
            raise _malformed("too many parts")
        name, self.has_empty_filename = _field_of(await self._read_headers())
        return name

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the content of the current part as it arrives; no chunk is empty."""
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
                raise _malformed("boundary does not occur")
            if not await self._read_more():
                raise _malformed("boundary does not occur")
        if index > _MAX_OUTSIDE_BYTES:
            raise _malformed("text before the first boundary")
        self._consume(index + len(self._delimiter))

    async def _skip_epilogue(self) -> None:
        while len(self._buffer) <= _MAX_OUTSIDE_BYTES:
            if not await self._read_more():
                return
        raise _malformed("text after the final boundary")

    async def _read_headers(self) -> dict[str, str]:
        """Read the headers of a part, names in lower case."""
        headers: dict[str, str] = {}
        left = self._limits.part_header_bytes
        while line := await self._read_line(left):
            left -= len(line) + 2
            name, colon, value = line.partition(b":")
            key = name.decode("ascii", "replace").lower()
            # A folded line begins with a space, so it is not a name; RFC 7230 dropped folding.
            if not colon or not _HEADER_NAME.fullmatch(name) or key in headers:
                raise _malformed("malformed part header")
            if any(byte < 32 and byte != 9 for byte in value):
                raise _malformed("control character in a part header")
            headers[key] = value.decode("utf-8", "replace").strip()
        return headers

    async def _read_line(self, limit: int) -> bytes:
        """Read up to the next CRLF, which is consumed too; at most `limit` bytes."""
        start = 0
        while (index := self._buffer.find(b"\r\n", start)) < 0:
            if len(self._buffer) > limit:
                raise _malformed("line too long")
            start = max(0, len(self._buffer) - 1)
            await self._require_more()
        if index > limit:
            raise _malformed("line too long")
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
    """Return the field name of a part (RFC 7578 section 4.2), and whether its file name is empty.

    Raises:
        ToqiboxError: malformed_multipart: no name, or content that is encoded or nested.
    """
    kind, semicolon, rest = headers.get("content-disposition", "").partition(";")
    parameters = _parse_parameters(semicolon + rest)
    name = parameters.get("name")
    if kind.strip().lower() != "form-data" or not name:
        raise _malformed("part without a name")
    if headers.get("content-type", "").lower().lstrip().startswith("multipart/"):
        raise _malformed("nested form")
    for encoding in ("content-transfer-encoding", "content-encoding"):
        if headers.get(encoding, "").lower() not in _IDENTITY:
            raise _malformed("encoded part")
    return name, parameters.get("filename") == ""


def _parse_parameters(text: str) -> dict[str, str]:
    """Parse the parameters of a header, ``; name=value`` or ``; name="value"``.

    Names are returned in lower case.

    A backslash in quotes escapes the next character; where that cannot be parsed, such as in
    ``filename="trail\\"``, it stands for itself.

    Raises:
        ToqiboxError: malformed_multipart: other text, or a name that occurs twice.
    """
    parameters = _match_parameters(text, _PARAMETER)
    if parameters is None:
        parameters = _match_parameters(text, _UNESCAPED)
    if parameters is None:
        raise _malformed("malformed header parameter")
    return parameters


def _match_parameters(text: str, parameter: re.Pattern[str]) -> dict[str, str] | None:
    """Return the parameters that match one pattern; None if it does not match all of `text`."""
    parameters: dict[str, str] = {}
    index = 0
    while index < len(text.rstrip(" \t;")):
        match = parameter.match(text, index)
        if match is None or match[1].lower() in parameters:
            return None
        quoted = match[2]
        escaped = quoted is not None and parameter is _PARAMETER
        value = re.sub(r"\\(.)", r"\1", quoted) if escaped else quoted
        parameters[match[1].lower()] = match[3] if value is None else value
        index = match.end()
    return parameters


def _malformed(why: str) -> ToqiboxError:
    return ToqiboxError("malformed_multipart", detail=why)
