"""Requests by the OpenAPI document, allowed and forbidden ones, to real servers: `make fuzz-api`.

    python -m tests.fuzz.api --seconds 600

Schemathesis makes the requests and checks each response: its status, content type, headers and body
are in the document, and it reports no fault of the server. One server is open to all, one has keys.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.harness.api_keys import write_keys
from tests.harness.client import Answer, Client, form
from tests.harness.limits import HANG_S
from tests.harness.server import Server

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "fuzz"
SETTINGS = {
    "MAX_DURATION_SEC": "1",
    "MAX_UPLOAD_MB": "1",
    "MAX_QUEUED_EXPORTS": "50",
    "WEBHOOK_SECRET": "whsec_" + "A" * 40,
    "TRUSTED_PROXIES": "127.0.0.1",
}
"""Settings over those of the harness: no video is longer than a second, and each request comes from
an address of its own, so that the limits of a client are not all that is seen."""
CONFIG = """[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""
"""Settings of Schemathesis. A server that is busy or full may say so, if the operation documents it
and the response has a Retry-After."""
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "unsupported_method"),
    *("ignored_auth", "use_after_free"),
)
EXAMPLES = 10_000
"""Maximum number of examples of each operation: time ends them before."""
MEDIA = {"audio": "tone.wav", "photo": "photo.png"}
"""Names of the files that can be decoded, by the field that takes them."""


def _make_media(folder: Path) -> dict[str, bytes]:
    """Return a short track and a small photo."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg
    files = {}
    for name, source in (
        ("audio", ["sine=frequency=110:duration=1"]),
        ("photo", ["testsrc=size=48x40:rate=1", "-frames:v", "1"]),
    ):
        path = folder / MEDIA[name]
        options = [*source[1:], "-y", str(path)]
        subprocess.run(
            [ffmpeg, "-v", "error", "-f", "lavfi", "-i", source[0], *options], check=True
        )
        files[name] = path.read_bytes()
    return files


def _add_content(
    client: Client, media: dict[str, bytes], headers: dict[str, str]
) -> dict[str, str]:
    """Keep a track and a photo and finish a job; return the ids by the name of their parameter."""

    def post(path: str, parts: dict[str, Any]) -> dict[str, Any]:
        body, kind = form(parts)
        answer = client.call("POST", path, body, {**headers, "Content-Type": kind})
        assert answer.status in (201, 202), answer
        return dict(answer.json)

    def wait(path: str) -> Answer:
        deadline = time.monotonic() + HANG_S
        while (answer := client.call("GET", path, None, headers)).status != 200:
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)
        return answer

    ids = {"id": "plain"}
    ids["trackId"] = post("/tracks", {"audio": media["audio"]})["trackId"]
    ids["photoId"] = post("/photos", {"photo": media["photo"]})["photoId"]
    ids["jobId"] = post("/export", {**media, "effect": "plain", "duration": "0.1"})["jobId"]
    wait(f"/download/{ids['jobId']}")
    ids["cut"] = wait(f"/tracks/{ids['trackId']}/cut").json["cut"]
    return ids


@contextmanager
def _server(folder: Path, *, with_keys: bool) -> Iterator[tuple[Server, dict[str, str]]]:
    """Provide a server, and the headers of its clients."""
    settings, headers = dict(SETTINGS), dict[str, str]()
    if with_keys:
        path = folder / "keys.json"
        credentials = write_keys(path, own={"plan": "premium"})
        settings["API_KEYS_FILE"] = str(path)
        headers["Authorization"] = f"Bearer {credentials['own']}"
    server = Server(folder / "data", **settings)
    with server:
        yield server, headers
    assert not server.left_running()


def _report(
    server: Server, headers: dict[str, str], content: dict[str, Any], seconds: int
) -> tuple[int, str]:
    """Test every operation; return the exit status of Schemathesis, and its report."""
    url = f"http://127.0.0.1:{server.client.port}"
    config = FOLDER / "schemathesis.toml"
    config.write_text(CONFIG)
    argv = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)]
    argv += ["run", f"{url}/openapi.json", "--url", url]
    argv += ["--checks", ",".join(CHECKS), "--max-time", str(seconds)]
    argv += ["--max-examples", str(EXAMPLES), "--continue-on-failure", "--no-color"]
    argv += ["--suppress-health-check", "all", "--request-timeout", "300"]
    argv += ["--generation-database", str(FOLDER / "api-examples")]
    for name, value in headers.items():
        argv += ["--header", f"{name}: {value}"]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.fuzz.api_hooks",
        "FUZZ_CONTENT": json.dumps(content),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        argv, cwd=FOLDER, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _fuzz(*, with_keys: bool, seconds: int) -> int:
    """Test a server for some time; return the exit status of Schemathesis."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        media = _make_media(folder)
        with _server(folder, with_keys=with_keys) as (server, headers):
            ids = _add_content(server.client, media, headers)
            files = {name: str(folder / file) for name, file in MEDIA.items()}
            status, report = _report(server, headers, {"ids": ids, "files": files}, seconds)
            assert server.client.call("GET", "/health").status == 200
            log = server.log.read_text().splitlines()
    print(f"A server {'with API keys' if with_keys else 'that is open'}:\n{report}", flush=True)
    failures = [line for line in log if "request.failed" in line]
    print("\n".join(failures[:5]), flush=True)
    return 1 if failures else status


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.api", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="time for both servers together")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = [_fuzz(with_keys=keys, seconds=options.seconds // 2) for keys in (False, True)]
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
