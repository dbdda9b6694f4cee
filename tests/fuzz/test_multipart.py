"""The multipart reader: the parts as they were written, or a documented error; never more."""

import re
from collections.abc import Awaitable, Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.multipart import MultipartReader, parse_boundary
from tests.fuzz.harness import count_lines, run_now, short
from tests.fuzz.inputs import damaged, joined, texts_of

ERRORS = {"malformed_multipart", "upload_incomplete"}
LIMITS = HttpLimits(parts=4, part_header_bytes=300)
BOUNDARY = b"x-b"
Parts = list[tuple[str, bytes]]

PARAMETERS = texts_of(
    *("form-data", "; ", "name=", '"a"', "filename=", '"', "\\", "=", "NAME", "attachment", "é"),
    max_tokens=12,
)
HEADERS = st.one_of(
    st.just(b'Content-Disposition: form-data; name="a"; filename="b"\r\n'),
    PARAMETERS.map(
        lambda text: f"Content-Disposition: form-data{text}\r\n".encode("utf-8", "replace")
    ),
    st.sampled_from(
        [
            *(b"Content-Type: multipart/mixed; boundary=y\r\n", b"Content-Type: text/plain\r\n"),
            *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Encoding: identity\r\n"),
            *(b" folded\r\n", b"no colon\r\n", b":\r\n", b"A: b\r\n" * 20, b"x" * 400),
            b"A: \0\r\n",
        ]
    ),
    st.binary(max_size=20),
)
NEAR = st.sampled_from(
    [
        b"\r\n--x-b\r\n",
        b"\r\n--x-b--\r\n",
        b"--x-b",
        b"\r\n--x-",
        b"\r\n--x-bc",
        b"\r",
        b"--",
        b"\n--x-b",
    ]
)
CONTENT = joined(NEAR | st.binary(max_size=30), 4)
PARTS = st.builds(
    lambda headers, content: b"\r\n--x-b\r\n" + headers + b"\r\n" + content,
    joined(HEADERS, 3),
    CONTENT,
)
BODIES = damaged(
    st.builds(
        lambda parts, end: parts.removeprefix(b"\r\n") + end,
        joined(PARTS, 6),
        st.sampled_from(
            [b"\r\n--x-b--", b"\r\n--x-b--\r\n", b"\r\n--x-b-", b"", b"\r\n--x-b--" + bytes(2000)]
        ),
    )
)
CUTS = st.lists(st.integers(1, 40), max_size=30)


class _Chunks:
    """A body that arrives in chunks of these lengths, and then the rest."""

    def __init__(self, body: bytes, cuts: Sequence[int]) -> None:
        self._left = body
        self._cuts = list(cuts)

    async def read(self) -> bytes:
        count = self._cuts.pop(0) if self._cuts else len(self._left)
        chunk, self._left = self._left[:count], self._left[count:]
        return chunk


async def _walk(read: Callable[[], Awaitable[bytes]]) -> Parts:
    reader = MultipartReader(BOUNDARY, read, LIMITS)
    parts: Parts = []
    while (name := await reader.next_part()) is not None:
        content = [chunk async for chunk in reader.chunks()]
        assert all(content)
        parts.append((name, b"".join(content)))
    return parts


def _read(body: bytes, cuts: Sequence[int]) -> Parts | str:
    """Return the parts of a form, or the code of the error."""
    try:
        return run_now(_walk(_Chunks(body, cuts).read))
    except ToqiboxError as error:
        assert error.code in ERRORS
        return error.code


@short
@given(BODIES, CUTS)
def test_a_form_is_the_same_however_it_arrives(body: bytes, cuts: list[int]) -> None:
    at_once = _read(body, [])
    assert _read(body, cuts) == at_once
    if isinstance(at_once, list):
        assert len(at_once) <= LIMITS.parts
        assert all(name and content in body for name, content in at_once)
        assert all(b"\r\n--x-b" not in content for _, content in at_once)


@short
@given(st.lists(CONTENT.filter(lambda content: b"--x-b" not in content), max_size=4), CUTS)
def test_what_was_written_is_read(contents: list[bytes], cuts: list[int]) -> None:
    body = b"".join(
        b'--x-b\r\nContent-Disposition: form-data; name="%d"\r\n\r\n%s\r\n' % (at, content)
        for at, content in enumerate(contents)
    )
    expected = [(str(at), content) for at, content in enumerate(contents)]
    assert _read(body + b"--x-b--", cuts) == expected


@short
@given(BODIES, st.integers(0, 1 << 12))
def test_a_torn_form_is_never_whole(body: bytes, at: int) -> None:
    torn = body[: at % (len(body) + 1)]
    if isinstance(_read(torn, []), list):
        assert b"--x-b--" in torn


@short
@given(st.binary(min_size=1, max_size=30).filter(lambda unit: b"x-b" not in unit))
def test_the_work_grows_with_the_length(unit: bytes) -> None:
    start = b'--x-b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'

    def count(size: int) -> int:
        body = start + (unit * size)[:size]
        return count_lines(lambda: _read(body, [13] * (len(body) // 13)))

    assert count(4000) <= 8 * count(1000) + 1000


@short
@given(
    st.text() | PARAMETERS.map(lambda text: f"multipart/form-data; boundary={text}") | PARAMETERS
)
def test_a_boundary_is_one_of_the_standard_or_refused(content_type: str) -> None:
    try:
        boundary = parse_boundary(content_type)
    except ToqiboxError as error:
        assert error.code in ("malformed_multipart", "unsupported_content_type")
        return
    assert re.fullmatch(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", boundary)
