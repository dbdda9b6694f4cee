"""Connections are bounded below the descriptors of the process."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.server import Server, eventually


class _Limited(Server):
    prefix = ("prlimit", "--nofile=256:256")


@pytest.mark.slow
@pytest.mark.fault("I12", "J04")
def test_more_connections_than_descriptors_are_closed_with_one_line(tmp_path: Path) -> None:
    settings = {"MAX_CLIENT_CONNECTIONS": "64"}
    with _Limited(tmp_path / "data", **settings) as server, ExitStack() as held:
        begun = server.log.stat().st_size
        clients = [held.enter_context(socket.socket()) for _ in range(400)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", server.client.port))

        def is_closed(client: socket.socket) -> bool:
            try:
                while client.recv(65_536):  # the answer
                    pass
                return True
            except BlockingIOError:
                return False
            except OSError:
                return True

        bound = (256 - 128) // 2
        assert eventually(lambda: sum(map(is_closed, clients)) == 400 - bound, within_s=8)
        lines = server.log.read_text()[begun:].splitlines()
        assert len(lines) == 1
        assert '"event": "connections.full", "limit": 64' in lines[0]
        for client in clients:
            client.close()
        assert eventually(lambda: server.client.call("GET", "/health").status == 200, within_s=8)
