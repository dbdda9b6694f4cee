"""The lines of docs/operations.md for nginx, run by nginx: uploads, events, ranges, refusals."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.harness import client, media
from tests.harness.limits import HANG_S
from tests.harness.server import Server, eventually
from tests.http.wire import FORM, head

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
PUBLIC = "https://studio.example/render"

pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx")


def free_port() -> int:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return int(reserved.getsockname()[1])


def configuration(folder: Path, port: int, server_port: int) -> str:
    """Return the documented lines, on a port without TLS, in a file that nginx starts with."""
    (documented,) = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    lines = [line for line in documented.splitlines() if "ssl_certificate" not in line]
    site = "\n".join(lines)
    for original, changed in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:3001/", f"http://127.0.0.1:{server_port}/"),
    ):
        assert original in site
        site = site.replace(original, changed)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"""
        pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
        worker_processes 1; events {{ worker_connections 256; }}
        http {{ access_log off; {temporary}
        {site} }}
    """


@contextmanager
def nginx(folder: Path, server: Server) -> Iterator[client.Client]:
    """Run nginx before `server`; yield a client of it."""
    assert NGINX is not None
    folder.mkdir()
    folder.chmod(0o755)
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(folder, port, server.client.port))
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            proxied = client.Client(port, accepted=server.client.accepted)
            assert eventually(lambda: is_listening(port) or process.poll() is not None)
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield proxied
        finally:
            process.terminate()
            process.wait(HANG_S)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_an_export_through_nginx(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", PUBLIC_URL=PUBLIC, TRUSTED_PROXIES="127.0.0.1")
    with server, nginx(tmp_path / "nginx", server) as proxied:
        large = media.wav(8)  # more than nginx accepts by default
        assert len(large) > 1_000_000
        body, kind = client.form(
            {"effect": "plain", "duration": "1", "audio": large, "photo": media.photo()}
        )
        created = proxied.call("POST", "/render/export", body, {"Content-Type": kind})
        assert created.status == 202, created
        job_id = created.json["jobId"]
        assert created.headers["location"] == f"{PUBLIC}/export/{job_id}"
        events = proxied.call("GET", f"/render/export/{job_id}/events")
        assert events.headers["content-type"].startswith("text/event-stream")
        names = re.findall(rb"^event: (\w+)$", events.body, re.MULTILINE)
        assert names[0] == b"job"
        assert names[-1] == b"completed"
        last = json.loads(re.findall(rb"^data: (.*)$", events.body, re.MULTILINE)[-1])
        path = last["downloadUrl"].removeprefix("https://studio.example")
        video = proxied.call("GET", path)
        assert (video.status, len(video.body)) == (200, last["report"]["size"])
        part = proxied.call("GET", path, headers={"Range": "bytes=100-299"})
        assert (part.status, part.body) == (206, video.body[100:300])
        assert proxied.call("GET", "/render/none").json["code"] == "not_found"
        named = proxied.call("GET", "/render/health")
        assert f'"{named.headers["x-request-id"]}"' in server.log.read_text()
        assert '"client": "127.0.0.1"' in server.log.read_text()


@pytest.mark.slow
def test_nginx_limits_the_requests_of_one_address(tmp_path: Path) -> None:
    (maximum,) = re.findall(r"limit_conn +clients (\d+);", DOCUMENT.read_text("utf-8"))
    server = Server(tmp_path / "data", PUBLIC_URL=PUBLIC, TRUSTED_PROXIES="127.0.0.1")
    with server, nginx(tmp_path / "nginx", server) as proxied, ExitStack() as held:
        upload = head("POST /render/export", f"Content-Type: {FORM}", "Content-Length: 9")
        for _ in range(int(maximum)):
            connection = socket.create_connection(("127.0.0.1", proxied.port))
            held.enter_context(connection).sendall(upload)
        assert eventually(lambda: b"nginx" in proxied.call("GET", "/render/health").body)
        assert server.client.call("GET", "/health").status == 200
