"""Requests with bytes that are changed, missing or repeated, over real sockets."""

import asyncio

import numpy as np
import pytest

from tests.http.conftest import Running
from tests.http.wire import FORM, chunked, exchange, form, head, part, post

GOOD = (
    head("GET /effects?all=1", "Accept-Encoding: gzip", "If-None-Match: W/\"a\", \"b\""),
    head(f"GET /download/{'A' * 22}", "Range: bytes=0-1", "If-Range: \"e\"", "Accept-Language: ru"),
    head("OPTIONS /export", "Origin: https://a.example", "Access-Control-Request-Method: POST"),
    post(form(part("title", "x"), part("audio", b"RIFF", filename="a")), "Idempotency-Key: k"),
    head("POST /export", f"Content-Type: {FORM}", "Transfer-Encoding: chunked")
    + chunked(form(part("params", "{}"), part("photo", b"x"))),
)  # fmt: skip


def _damage(data: bytes, random: np.random.Generator) -> bytes:
    """Return `data` with up to four changes, most of them in its head."""
    changed = bytearray(data)
    for _ in range(random.integers(1, 5)):
        at = int(random.integers(len(changed)) * random.random())
        match int(random.integers(4)):
            case 0:
                changed[at] ^= 1 << int(random.integers(8))
            case 1:
                del changed[at : at + int(random.integers(1, 20))]
            case 2:
                changed[at:at] = changed[at : at + int(random.integers(1, 60))]
            case _:
                changed[at:at] = [b"\r\n", b"\0", b"\xff", b"%00", b" ", b"9" * 30][
                    int(random.integers(6))
                ]
    return bytes(changed) or b"\n"


async def _status(port: int, sent: bytes) -> int | None:
    """Return the status of the response; None if the connection was closed without one."""
    try:
        return (await exchange(port, sent, half_close=True, wait_s=60)).status
    except (EOFError, ConnectionError, asyncio.LimitOverrunError):
        return None


@pytest.mark.fault("C22")
async def test_a_damaged_request_is_answered_or_refused(running: Running) -> None:
    random = np.random.default_rng(11)
    sent = [_damage(request, random) for _ in range(30) for request in GOOD]
    statuses = [await _status(running.port, request) for request in sent]
    wrong = [
        (status, request)
        for status, request in zip(statuses, sent, strict=True)
        if status is not None and not 200 <= status < 500
    ]
    assert wrong == []
    assert {200, 400, 404} <= set(statuses)
