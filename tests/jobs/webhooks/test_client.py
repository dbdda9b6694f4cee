"""The client of webhooks, against receivers that misbehave."""

import asyncio
import socket
import threading

import pytest

from server.jobs.webhooks.client import NotDelivered, WebhookClient
from server.jobs.webhooks.webhook_url import WebhookUrl
from tests.harness.webhook_receiver import CERTIFICATE, ENDLESS, SILENCE, Receiver, Reply, status


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> WebhookClient:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    return WebhookClient(timeout_s=20)


def target(receiver: Receiver, *, is_allowed: bool = True) -> WebhookUrl:
    return WebhookUrl(receiver.url, "localhost", receiver.port, None, is_allowed)


async def test_the_message_arrives_as_it_was_made(client: WebhookClient) -> None:
    async with Receiver() as receiver:
        assert (await client.post(target(receiver), {"webhook-id": "m"}, b"body")).status == 204
        [message] = receiver.messages
    assert (message.path, message.body) == ("/hook?token=1", b"body")
    assert message.headers["webhook-id"] == "m"
    assert message.headers["host"] == f"localhost:{receiver.port}"
    assert message.headers["content-type"] == "application/json"
    assert message.headers["user-agent"].startswith("toqibox-render/")


@pytest.mark.fault("E19")
async def test_a_redirect_is_not_followed(client: WebhookClient) -> None:
    async with Receiver() as elsewhere:
        moved = status("307 Temporary Redirect", f"Location: {elsewhere.url}")
        async with Receiver(lambda _number: moved) as receiver:
            reply = await client.post(target(receiver), {}, b"")
        assert (reply.status, elsewhere.connections) == (307, 0)


async def test_the_seconds_of_retry_after_are_read(client: WebhookClient) -> None:
    for text, seconds in (("90", 90), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-1", 0)):
        busy = status("503 Service Unavailable", f"Retry-After: {text}")
        async with Receiver(lambda _number, busy=busy: busy) as receiver:  # type: ignore[misc]
            reply = await client.post(target(receiver), {}, b"")
        assert (reply.status, reply.retry_after_s) == (503, seconds)


@pytest.mark.fault("E20")
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000000000\r\n\r\n",
    ],
)
async def test_an_endless_body_is_not_read(client: WebhookClient, head: bytes) -> None:
    async with Receiver(lambda _number: (head, ENDLESS)) as receiver:
        assert (await client.post(target(receiver), {}, b"")).status == 200


_INTERIM = b"HTTP/1.1 103 Early Hints\r\n\r\n"


async def test_a_response_may_come_after_interim_ones(client: WebhookClient) -> None:
    reply = (_INTERIM * 3, b"HTTP/1.1 204 No Content\r\n\r\n")
    async with Receiver(lambda _number: reply) as receiver:
        assert (await client.post(target(receiver), {}, b"")).status == 204


@pytest.mark.fault("E20")
async def test_interim_responses_are_not_read_without_end(client: WebhookClient) -> None:
    reply = (_INTERIM * 10_000, b"HTTP/1.1 204 No Content\r\n\r\n")
    async with Receiver(lambda _number: reply) as receiver:
        with pytest.raises(NotDelivered, match="more than 65536 bytes"):
            await client.post(target(receiver), {}, b"")


@pytest.mark.fault("E20")
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (SILENCE, "no response within"),
        ((b"HTTP/1.1 200 OK\r\nX: ", ENDLESS), "Client|no response|LineTooLong"),
        ((b"SSH-2.0-OpenSSH\r\n\r\n",), "Client|Bad|Server|no response"),
    ],
)
async def test_no_response_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, reply: Reply, why: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    client = WebhookClient(timeout_s=0.5)
    async with Receiver(lambda _number: reply) as receiver:
        with pytest.raises(NotDelivered, match=why):
            await client.post(target(receiver), {}, b"")


@pytest.mark.fault("E20")
async def test_an_untrusted_certificate_is_a_failure() -> None:
    client = WebhookClient(timeout_s=20)
    async with Receiver() as receiver:
        with pytest.raises(NotDelivered, match="TLS"):
            await client.post(target(receiver), {}, b"secret")
        assert receiver.messages == []


@pytest.mark.fault("E17", "E18", "L09")
async def test_a_name_with_a_private_address_is_never_connected(client: WebhookClient) -> None:
    """Check the addresses of a name at each attempt, and use only those."""
    async with Receiver() as receiver:
        with pytest.raises(NotDelivered, match="not public"):
            await client.post(target(receiver, is_allowed=False), {}, b"")
        await asyncio.sleep(0)
        assert receiver.connections == 0


@pytest.mark.fault("E18")
async def test_the_connection_is_made_to_the_address_that_was_checked(
    client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes after the check would have another address at a second lookup."""
    lookups: list[str] = []

    def look_up(host: str, port: int, *_args: object, **_more: object) -> list[object]:
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async with Receiver() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        url = f"https://rebound.example:{receiver.port}/"
        rebound = WebhookUrl(url, "rebound.example", receiver.port, None, True)
        # The receiver at the address answered: its certificate is for another name.
        with pytest.raises(NotDelivered, match=r"not valid for 'rebound\.example'"):
            await client.post(rebound, {}, b"")
        assert lookups == ["rebound.example"]


async def test_a_name_server_that_hangs_holds_no_attempt_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: release.wait(10) and [])
    client = WebhookClient(timeout_s=0.2)
    async with Receiver() as receiver:
        with pytest.raises(NotDelivered, match="no response within"):
            await client.post(target(receiver), {}, b"")
    lookups = [thread for thread in threading.enumerate() if thread.name == "webhook-dns"]
    assert all(thread.daemon for thread in lookups), "the end of the process would wait"
    release.set()
    for thread in lookups:
        await asyncio.to_thread(thread.join)
