"""Clients that stop in the middle, send almost nothing, or compress what must not be compressed."""

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException, HTTPResponse

from tests.harness import media
from tests.harness.client import Answer, form
from tests.harness.limits import HANG_S
from tests.harness.server import eventually

_SENT_FIRST = 4000


def _begin(port: int, body: bytes, *lines: str) -> socket.socket:
    """Return a connection on which only the head of a POST /export for `body` has been sent."""
    client = socket.create_connection(("127.0.0.1", port), timeout=HANG_S)
    head = ["POST /export HTTP/1.1", "Host: test", *lines, f"Content-Length: {len(body)}"]
    client.sendall("\r\n".join([*head, "", ""]).encode())
    return client


def _answer(client: socket.socket) -> Answer:
    client.settimeout(60)
    answer = HTTPResponse(client)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, headers, answer.read())


def _form() -> tuple[bytes, str]:
    body, kind = form({"audio": media.wav(1.0), "photo": media.photo()})
    return body, f"Content-Type: {kind}"


def half(port: int, *, part: float = 0.5) -> Answer:
    """Send a part of a form, shut down the connection for writing, and read the response."""
    body, kind = _form()
    with _begin(port, body, kind) as client:
        client.sendall(body[: int(len(body) * part)])
        client.shutdown(socket.SHUT_WR)
        return _answer(client)


def torn(port: int, taken: Callable[[], bool]) -> None:
    """Send half of a form, then reset the connection once the server has `taken` some of it."""
    body, kind = _form()
    with _begin(port, body, kind) as client:
        client.sendall(body[: len(body) // 2])
        assert eventually(taken)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def packed(port: int, body: bytes | None = None) -> Answer:
    """Send a gzip body: of a good form, or of `body`."""
    good, kind = _form()
    data = gzip.compress(good if body is None else body)
    with _begin(port, data, kind, "Content-Encoding: gzip") as client:
        client.sendall(data)
        return _answer(client)


class Slow(threading.Thread):
    """Sends the beginning of a form and then nothing, or a byte four times a second."""

    def __init__(self, port: int, *, drips: bool) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._drips = drips
        self.answer: Answer | None = None
        self.seconds = 0.0
        """Until the server had enough of it."""

    def run(self) -> None:
        # A server that ends meanwhile leaves it without an answer.
        with suppress(OSError, HTTPException):
            self._send()

    def _send(self) -> None:
        body, kind = _form()
        with _begin(self._port, body, kind) as client:
            began = time.monotonic()
            client.sendall(body[:_SENT_FIRST])
            client.settimeout(0.25 if self._drips else 60)
            for place in range(_SENT_FIRST, len(body)):
                try:
                    client.recv(1, socket.MSG_PEEK)
                    break
                except TimeoutError:
                    client.sendall(body[place : place + 1])
            self.seconds = time.monotonic() - began
            self.answer = _answer(client)
