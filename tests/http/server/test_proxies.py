"""The server behind proxies: links, client addresses, request ids, and the log."""

import logging
from ipaddress import ip_network

import aiohttp
import pytest

from server.config import Config, ConfigError
from tests.http.conftest import Running, Start
from tests.http.wire import exchange, head

UNKNOWN = "A" * 22
LOCAL = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))


def _lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    records = [record for record in caplog.records if record.getMessage() == "request"]
    return [dict(record.__dict__["facts"]) for record in records]


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("https://studio.example/render/", "https://studio.example/render"),
        ("https://studio.example", "https://studio.example"),
        ("/render", "/render"),
        ("/", ""),
    ],
)
async def test_links_begin_with_the_public_address(start: Start, address: str, links: str) -> None:
    config = Config.from_env({"PUBLIC_URL": address})
    running = await start(public_url=config.public_url)
    job = await running.finish_job()
    seen = (await exchange(running.port, head(f"GET /export/{job.id}"))).json
    assert seen["downloadUrl"] == f"{links}/download/{job.id}"
    assert seen["posterUrl"] == f"{links}/download/{job.id}/poster.jpg"
    document = (await exchange(running.port, head("GET /openapi.json"))).json
    assert document["servers"] == [{"url": links or "/"}]


@pytest.mark.parametrize(
    "address",
    [
        *("render", "ftp://a", "https://a/?b", "https://a/#b", "//a//b"),
        *("/a/../b", "/./a", "https://a/..", "/a/%2E%2e/b"),
    ],
)
def test_an_invalid_public_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="PUBLIC_URL"):
        Config.from_env({"PUBLIC_URL": address})


@pytest.mark.parametrize("address", ["proxy", "10.0.0.1/8", "*"])
def test_proxies_are_addresses_or_networks(address: str) -> None:
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES"):
        Config.from_env({"TRUSTED_PROXIES": address})


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ([], "127.0.0.1"),
        (["203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        (["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db8::1]:443"], "2001:db8::1"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7, unknown"], "127.0.0.1"),
        (["10.1.2.3"], "10.1.2.3"),
    ],
)
async def test_a_trusted_proxy_names_the_client(
    start: Start, caplog: pytest.LogCaptureFixture, forwarded: list[str], client: str
) -> None:
    caplog.set_level(logging.INFO)
    running = await start(trusted_proxies=LOCAL)
    lines = [f"X-Forwarded-For: {addresses}" for addresses in forwarded]
    await exchange(running.port, head("GET /health", *lines))
    assert _lines(caplog)[-1]["client"] == client


@pytest.mark.fault("C19")
async def test_no_other_client_is_trusted(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lines = ("X-Forwarded-For: 203.0.113.7", "X-Request-Id: mine")
    response = await exchange(running.port, head("GET /health", *lines))
    assert response.headers["x-request-id"] != "mine"
    assert _lines(caplog)[-1]["client"] == "127.0.0.1"


async def test_a_malformed_request_through_a_proxy_is_refused(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    running = await start(trusted_proxies=LOCAL)
    sent = head("GET /health", "X-Forwarded-For: 203.0.113.7", "no colon")
    response = await exchange(running.port, sent)
    assert (response.status, response.code) == (400, "malformed_request")
    (refused,) = (record for record in caplog.records if record.getMessage() == "request.refused")
    assert refused.__dict__["facts"]["client"] == "127.0.0.1"


async def test_the_id_of_a_proxy_is_kept(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    running = await start(trusted_proxies=LOCAL)
    job = await running.finish_job()
    address = "7b2c1e0a-11d5-4c1f-9a52-1f3e4d5c6b7a"
    for target in (f"GET /export/{job.id}", "GET /none", f"DELETE /export/{job.id}"):
        response = await exchange(running.port, head(target, f"X-Request-Id: {address}"))
        assert response.headers["x-request-id"] == address
        assert response.status == 200 or response.json["requestId"] == address
        assert _lines(caplog)[-1]["request"] == address
    for bad in ("a b", "a" * 129, "{}", ""):
        response = await exchange(running.port, head("GET /health", f"X-Request-Id: {bad}"))
        assert response.headers["x-request-id"] not in ("", bad)
    twice = await exchange(running.port, head("GET /health", "X-Request-Id: a", "X-Request-Id: b"))
    assert twice.headers["x-request-id"] not in ("a", "b")


async def test_every_request_has_a_line(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    video = bytes(300_000)
    job = await running.finish_job(video)
    expected = [
        ("GET", "/health", 200, len(b'{"status": "ok"}')),
        ("HEAD", f"/download/{job.id}", 200, 0),
        ("GET", f"/download/{job.id}", 200, len(video)),
        ("OPTIONS", "/export", 204, 0),
    ]
    async with aiohttp.ClientSession(running.url, headers={"User-Agent": "widget/1"}) as client:
        for method, path, _, size in expected:
            async with client.request(method, path) as response:
                assert len(await response.read()) == size
    await exchange(running.port, head("GET /none"))
    lines = _lines(caplog)
    assert [
        (line["method"], line["path"], line["status"], line["bytes"]) for line in lines[:-1]
    ] == expected
    assert (lines[-1]["status"], lines[-1]["code"]) == (404, "not_found")
    assert lines[0]["agent"] == "widget/1"
    assert not any(line["cut"] for line in lines)
    await exchange(running.port, b"no request\r\n\r\n")
    refused = [record for record in caplog.records if record.getMessage() == "request.refused"]
    assert refused[0].__dict__["facts"]["client"] == "127.0.0.1"
