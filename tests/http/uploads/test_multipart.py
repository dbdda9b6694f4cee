from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import ToqiboxError
from server.http.limits import HttpLimits
from server.http.uploads.multipart import MultipartReader, parse_boundary
from tests.http.wire import BOUNDARY, form, part


def reader(body: bytes, cuts: list[int]) -> Callable[[], Awaitable[bytes]]:
    """Return a function that reads `body` in chunks of the given lengths, then the rest."""
    chunks = []
    for cut in cuts:
        chunks.append(body[:cut])
        body = body[cut:]
    waiting = [piece for piece in [*chunks, body] if piece]

    async def read() -> bytes:
        return waiting.pop(0) if waiting else b""

    return read


async def walk(body: bytes, cuts: list[int]) -> list[tuple[str, bytes]]:
    reader_of_parts = MultipartReader(BOUNDARY.encode(), reader(body, cuts))
    contents = []
    while (name := await reader_of_parts.next_part()) is not None:
        contents.append((name, b"".join([piece async for piece in reader_of_parts.chunks()])))
    return contents


TRICKY = st.sampled_from(
    [b"", b"\r\n", b"\r\n--", b"--", f"\r\n--{BOUNDARY[:-1]}".encode(), b"\r", b"\n\n", bytes(300)]
)
CONTENT = (
    st.lists(st.one_of(TRICKY, st.binary(max_size=20)), max_size=5)
    .map(b"".join)
    .filter(lambda content: f"--{BOUNDARY}".encode() not in content)  # RFC 2046, section 5.1.1
)
CUTS = st.lists(st.integers(min_value=1, max_value=40), max_size=60)


@given(contents=st.lists(CONTENT, min_size=1, max_size=4), cuts=CUTS)
async def test_content_is_the_same_however_it_arrives(
    contents: list[bytes], cuts: list[int]
) -> None:
    body = form(*[part(f"f{n}", content) for n, content in enumerate(contents)])
    expected = [(f"f{n}", content) for n, content in enumerate(contents)]
    assert await walk(body, cuts) == expected


@pytest.mark.fault("C11")
@pytest.mark.parametrize(
    "name",
    [
        "trail\\",  # as curl sends it
        "trail\\\\",  # as older versions of curl send it
        'a \\"b\\".mp3',
        'a\\"; name=\\"photo.mp3',
        "C:\\music\\a.mp3",
        "C:\\music\\",
        "a;b=c.mp3",
    ],
)
@pytest.mark.parametrize("order", ['name="audio"; filename="{}"', 'filename="{}"; name="audio"'])
async def test_a_file_may_have_any_name(name: str, order: str) -> None:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {order.format(name)}\r\n\r\n"
    body = head.encode() + b"x\r\n" + form(part("plan", b"free"))
    assert await walk(body, []) == [("audio", b"x"), ("plan", b"free")]


@pytest.mark.fault("C22")
@given(body=st.binary(max_size=400), cuts=CUTS)
async def test_random_bytes_are_refused_and_nothing_else_happens(
    body: bytes, cuts: list[int]
) -> None:
    with pytest.raises(ToqiboxError) as caught:
        await walk(part("a", b"") + body, cuts)
    assert caught.value.code in ("malformed_multipart", "upload_incomplete")


@pytest.mark.fault("C03")
@given(at=st.integers(min_value=0), cuts=CUTS)
async def test_a_form_that_is_cut_anywhere_is_refused(at: int, cuts: list[int]) -> None:
    body = form(part("a", b"1" * 50), part("b", b"2" * 50))
    final = len(body) - len("\r\n")  # what follows the final boundary is not needed
    with pytest.raises(ToqiboxError):
        await walk(body[: at % final], cuts)


async def test_a_part_may_be_left_unread() -> None:
    reader_of_parts = MultipartReader(
        BOUNDARY.encode(), reader(form(part("a", b"1" * 99), part("b", b"2")), [50] * 6)
    )
    assert [await reader_of_parts.next_part() for _ in range(3)] == ["a", "b", None]


async def test_padding_after_a_boundary_and_an_epilogue_are_allowed() -> None:
    body = b"\r\n" + form(part("a", b"1")).replace(
        f"{BOUNDARY}\r".encode(), f"{BOUNDARY} \t\r".encode()
    )
    assert await walk(body + b"bye", []) == [("a", b"1")]


@pytest.mark.fault("C05")
async def test_parts_are_counted() -> None:
    body = form(*[part("a", b"") for _ in range(3)])
    reader_of_parts = MultipartReader(BOUNDARY.encode(), reader(body, []), HttpLimits(parts=2))
    assert [await reader_of_parts.next_part() for _ in range(2)] == ["a", "a"]
    with pytest.raises(ToqiboxError, match="too many parts"):
        await reader_of_parts.next_part()


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ("Multipart/Form-Data;boundary=abc", b"abc"),
        ('multipart/form-data; charset=utf-8; Boundary="a b:c"', b"a b:c"),
        ("multipart/form-data; boundary=----=_Part_1.2", b"----=_Part_1.2"),
        ("multipart/form-data; boundary=" + "b" * 70, b"b" * 70),
    ],
)
def test_a_boundary_is_read_as_clients_write_it(content_type: str, boundary: bytes) -> None:
    assert parse_boundary(content_type) == boundary


@pytest.mark.fault("C02")
@pytest.mark.parametrize(
    "boundary", ['"a\\"b"', '"ends in space "', "é", "a b", '"', "a;boundary=b"]
)
def test_a_bad_boundary_is_refused(boundary: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        parse_boundary(f"multipart/form-data; boundary={boundary}")
    assert caught.value.code == "malformed_multipart"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_page_that_set_the_header_itself_reads_so(content_type: str) -> None:
    with pytest.raises(ToqiboxError) as caught:
        parse_boundary(content_type)
    assert "has no valid boundary; leave this header to the browser" in caught.value.sentence("en")
