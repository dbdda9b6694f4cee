"""The properties of every response."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import nullcontext, suppress

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.config import Config
from server.http.app_keys import CONFIG, LIMITS
from server.http.delivery import send_body
from server.http.limits import HttpLimits
from server.http.server import middleware
from tests.harness.limits import HANG_S
from tests.http.conftest import Running, Start
from tests.http.wire import FORM, exchange, head, post, read_response

UNKNOWN = "A" * 22
REQUESTS: dict[str, tuple[bytes, int]] = {
    "a page that is": (head("GET /"), 200),
    "a page that is not": (head("GET /nothing"), 404),
    "an unknown job": (head(f"GET /export/{UNKNOWN}"), 404),
    "an id of the wrong form": (head("GET /export/..%2f..%2fetc%2fpasswd"), 404),
    "an id of other digits": (head("GET /export/" + "%D9%A1" * 22), 404),
    "a long id": (head("GET /export/" + "a" * 5000), 404),
    "an id with a NUL": (head("GET /export/" + "A" * 21 + "%00"), 404),
    "two slashes": (head("GET //export"), 404),
    "a parameter of the path": (head("GET /export;x=1"), 404),
    "an absolute address": (head("GET http://other.example/none"), 404),
    "an escaped path": (head("GET /%2e%2e/"), 404),
    "a wrong method": (head("PUT /export"), 405),
    "a method nobody knows": (head("PROPFIND /export"), 405),
    "a preflight": (head("OPTIONS /export"), 204),
    "a wrong body": (post(b"{}", content_type="application/json"), 415),
    "no HTTP": (b"\x16\x03\x01\x00\xa5\r\n\r\n", 400),
    "a long address": (head("GET /" + "a" * 9000), 400),
    "a long header": (head("GET /", "X: " + "y" * 9000), 400),
    "many headers": (head("GET /", *[f"X-{n}: y" for n in range(200)]), 400),
    "two lengths": (head("POST /export", "Content-Length: 1", "Content-Length: 2"), 400),
    "a negative length": (head("POST /export", f"Content-Type: {FORM}", "Content-Length: -1"), 400),
    "a folded header": (head("GET /", "X: y", " z"), 400),
    "a bare line feed": (b"GET / HTTP/1.1\nHost: test\n\n", 400),
    "an immense chunk": (
        head("POST /export", f"Content-Type: {FORM}", "Transfer-Encoding: chunked")
        + b"fffffffffffffffff\r\n",
        400,
    ),
    "length and chunks": (
        head("POST /export", "Content-Length: 5", "Transfer-Encoding: chunked"),
        400,
    ),
}


@pytest.mark.fault("B08", "C07", "C12", "C18", "E07")
@pytest.mark.parametrize("case", REQUESTS)
async def test_every_response_has_an_id_cors_and_safe_headers(running: Running, case: str) -> None:
    sent, status = REQUESTS[case]
    response = await exchange(running.port, sent)
    headers = response.headers
    assert response.status == status
    assert headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in headers["access-control-expose-headers"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["server"] == "toqibox"
    assert headers["x-request-id"]
    if status >= 400:
        assert response.json["requestId"] == headers["x-request-id"]
        assert response.json["success"] is False
        assert set(response.json) == {"success", "error", "code", "retryable", "requestId"}


async def test_an_unknown_job_has_the_same_message_everywhere(running: Running) -> None:
    paths = [f"/export/{UNKNOWN}", "/export/x", f"/download/{UNKNOWN}", "/effects/none", "/none"]
    messages = {(await exchange(running.port, head(f"GET {path}"))).json["error"] for path in paths}
    assert messages == {"There is nothing here."}


async def test_errors_are_in_the_language_of_the_client(running: Running) -> None:
    russian = await exchange(running.port, head("GET /none", "Accept-Language: ru-RU,en;q=0.5"))
    assert russian.json["error"] == "Здесь ничего нет."
    assert russian.headers["content-language"] == "ru"
    english = await exchange(running.port, head("GET /none", "Accept-Language: de"))
    assert english.json["error"] == "There is nothing here."


@pytest.mark.fault("C18")
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/export", "POST, OPTIONS"),
        (f"/export/{UNKNOWN}", "GET, DELETE, HEAD, OPTIONS"),
        ("/effects", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_wrong_method_is_answered_with_the_allowed_ones(
    running: Running, path: str, methods: str
) -> None:
    response = await exchange(running.port, head(f"PATCH {path}"))
    assert (response.status, response.code) == (405, "method_not_allowed")
    assert response.headers["allow"] == methods


@pytest.mark.fault("C20")
async def test_a_preflight_allows_the_methods_and_headers_of_the_api(running: Running) -> None:
    lines = ("Origin: https://studio.example", "Access-Control-Request-Method: DELETE")
    response = await exchange(running.port, head(f"OPTIONS /export/{UNKNOWN}", *lines))
    assert "DELETE" in response.headers["access-control-allow-methods"]
    allowed = response.headers["access-control-allow-headers"]
    assert {"Authorization", "Cache-Control", "Content-Type", "Idempotency-Key", "Range"} <= set(
        allowed.split(", ")
    )
    assert "access-control-allow-credentials" not in response.headers


async def test_a_preflight_allows_the_headers_of_widgets(running: Running) -> None:
    requested = "cache-control,x-requested-with, x-file-name, traceparent, b\u00e4d, a b"
    lines = (
        "Origin: https://studio.example",
        "Access-Control-Request-Method: POST",
        f"Access-Control-Request-Headers: {requested}",
    )
    response = await exchange(running.port, head("OPTIONS /export", *lines))
    allowed = response.headers["access-control-allow-headers"].lower().split(", ")
    assert {"cache-control", "x-requested-with", "x-file-name", "traceparent"} <= set(allowed)
    assert len(allowed) == len(set(allowed))
    assert not {"a b", "b\u00e4d"} & set(allowed)
    assert "Access-Control-Request-Headers" in response.headers["vary"]


@pytest.mark.parametrize("path", ["/export/short", "/download/x/poster.jpg", "/effects/%20", "/no"])
async def test_a_preflight_of_an_unknown_path_lets_the_page_read_the_404(
    running: Running, path: str
) -> None:
    lines = ("Origin: https://studio.example", "Access-Control-Request-Method: DELETE")
    response = await exchange(running.port, head(f"OPTIONS {path}", *lines))
    assert response.status == 204
    assert "DELETE" in response.headers["access-control-allow-methods"]
    assert (await exchange(running.port, head(f"DELETE {path}"))).status == 404
    assert (await exchange(running.port, head(f"OPTIONS {path}"))).status == 404


@pytest.mark.fault("C19")
async def test_headers_of_proxies_and_of_methods_change_nothing(running: Running) -> None:
    job = await running.finish_job()
    lines = [
        "X-HTTP-Method-Override: DELETE", "X-Forwarded-Host: evil.example",
        "Forwarded: host=evil.example", "X-Original-URL: /none",
    ]  # fmt: skip
    request = head(f"GET /export/{job.id}", *lines).replace(b"Host: test", b"Host: evil.example")
    response = await exchange(running.port, request)
    assert response.json["downloadUrl"] == f"/download/{job.id}"
    assert b"evil" not in response.body
    stored = await running.service.store.jobs.get(job.id)
    assert stored is not None
    assert not stored.removed


@pytest.mark.fault("C20")
async def test_with_a_list_of_origins_only_those_are_allowed(start: Start) -> None:
    running = await start(cors_origins=("https://a.example", "https://b.example"))
    for origin, expected in (
        ("https://b.example", "https://b.example"),
        ("https://c.example", None),
    ):
        for target in ("GET /", "GET /none"):
            response = await exchange(running.port, head(target, f"Origin: {origin}"))
            assert response.headers.get("access-control-allow-origin") == expected
            assert "Origin" in response.headers["vary"]


@pytest.mark.fault("C18")
async def test_head_has_the_headers_of_get_everywhere(running: Running) -> None:
    async with aiohttp.ClientSession(running.url) as client:
        for path in ("/", "/health", "/ready", "/effects", "/openapi.json", "/none"):
            async with client.get(path) as got, client.head(path) as headed:
                assert headed.status == got.status
                assert headed.headers["Content-Length"] == got.headers["Content-Length"]
                assert headed.headers["Content-Type"] == got.headers["Content-Type"]
                assert await headed.read() == b""


@pytest.mark.fault("E23", "H13")
async def test_an_internal_error_does_not_show_its_message(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = await exchange(running.port, head("GET /metrics"))
    assert b"\ntoqibox_http_internal_errors_total 0.0\n" in metrics.body
    running.service.store.close()
    response = await exchange(running.port, head(f"GET /export/{UNKNOWN}"))
    assert (response.status, response.code) == (500, "internal")
    assert b"sqlite" not in response.body.lower()
    assert "cannot schedule new futures after shutdown" in caplog.text
    metrics = await exchange(running.port, head("GET /metrics"))
    assert b"\ntoqibox_http_internal_errors_total 1.0\n" in metrics.body


@pytest.mark.fault("C13")
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: t\r\nX: "])
async def test_a_silent_connection_is_closed(
    start: Start, limits: Callable[..., HttpLimits], sent: bytes
) -> None:
    running = await start(limits(keep_alive_s=HANG_S))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write(sent)
    async with asyncio.timeout(3):
        assert await reader.read() == b""
    writer.transport.abort()


@pytest.mark.fault("C13")
async def test_headers_that_arrive_byte_by_byte_end_the_connection(
    start: Start, limits: Callable[..., HttpLimits]
) -> None:
    running = await start(limits(keep_alive_s=HANG_S))
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)

    async def drip() -> None:
        for byte in b"GET / HTTP/1.1\r\nX: " + b"y" * 8000:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(30):
        with suppress(ConnectionError):
            assert await reader.read() == b""
    dripping.cancel()
    writer.transport.abort()


@pytest.mark.fault("C21")
async def test_a_client_that_closed_its_sending_side_gets_its_response(running: Running) -> None:
    response = await exchange(running.port, head("GET /health"), half_close=True)
    assert response.json == {"status": "ok"}


@pytest.mark.fault("C17")
async def test_pipelined_requests_are_answered_in_order(running: Running) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    writer.write((head("GET /health") + head("GET /none")) * 100)
    statuses = [(await read_response(reader)).status for _ in range(200)]
    assert statuses == [200, 404] * 100
    writer.transport.abort()


async def test_a_client_that_disconnects_before_its_response_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def respond_late(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return await send_body(request, b"x" * 5000, "image/png", {})

    app = web.Application(middlewares=[middleware.answer_errors])
    app[CONFIG], app[LIMITS] = Config(), HttpLimits()
    app.router.add_get("/", respond_late)
    async with TestClient(TestServer(app)) as client:
        with caplog.at_level(logging.INFO), pytest.raises(aiohttp.ClientConnectionError):
            await client.get("/")
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    (facts,) = [
        record.__dict__["facts"] for record in caplog.records if record.message == "request"
    ]
    assert (facts["status"], facts.get("code")) == (None, None)


@pytest.mark.parametrize("is_cut", [False, True])
async def test_a_stream_without_a_length_is_logged_with_its_bytes(
    caplog: pytest.LogCaptureFixture, is_cut: bool
) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x" * 5000)
        if is_cut:
            raise ValueError("the source of the stream failed")
        return response

    app = web.Application(middlewares=[middleware.answer_errors])
    app[CONFIG] = Config()
    app.on_response_prepare.append(middleware.set_default_headers)
    app.router.add_get("/", stream)
    async with TestClient(TestServer(app)) as client:
        with caplog.at_level(logging.INFO):
            response = await client.get("/")
            with pytest.raises(aiohttp.ClientPayloadError) if is_cut else nullcontext():
                assert len(await response.read()) == 5000
    (facts,) = [
        record.__dict__["facts"] for record in caplog.records if record.message == "request"
    ]
    assert 5000 <= facts["bytes"] < 6000
    assert facts.get("cut") == (True if is_cut else None)
