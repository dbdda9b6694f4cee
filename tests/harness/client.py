"""A client of the HTTP API that uses only the standard library."""

import http.client
import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.error_bodies import check_error
from tests.harness.limits import HANG_S

_SECRET_LENGTH = 43
"""Characters of the secret of a key, and of the signature of a token."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def form(parts: dict[str, str | bytes | Path]) -> tuple[bytes, str]:
    """Build a multipart/form-data body and its Content-Type; bytes and paths are files."""
    boundary = secrets.token_hex(16)
    body = bytearray()
    for name, value in parts.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if isinstance(value, str):
            body += b"\r\n\r\n" + value.encode()
        else:
            data = value.read_bytes() if isinstance(value, Path) else value
            file_name = value.name if isinstance(value, Path) else name
            body += f'; filename="{file_name}"\r\n\r\n'.encode() + data
        body += b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return bytes(body), f"multipart/form-data; boundary={boundary}"


@dataclass(frozen=True)
class Client:
    """Talks to one server."""

    port: int
    host: str = "127.0.0.1"
    timeout_s: float = HANG_S
    accepted: list[str] = field(default_factory=list)
    """Ids of the jobs that the server has accepted, by `call`."""
    secrets: set[str] = field(default_factory=set)
    """Secrets of keys and signatures of tokens that `call` has sent."""

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own, and check the form of an error."""
        secret = (headers or {}).get("Authorization", "").rpartition(".")[2]
        if len(secret) >= _SECRET_LENGTH:
            self.secrets.add(secret)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout_s)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            answer = Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        finally:
            connection.close()
        check_error(f"{method} {path}", answer.status, answer.headers, answer.body)
        if (method, path, answer.status) == ("POST", "/export", 202):
            self.accepted.append(str(answer.json["jobId"]))
        return answer

    def export(self, audio: bytes | Path, photo: bytes | Path, **fields: str) -> Answer:
        """Send POST /export; names of fields as in the API."""
        body, kind = form({**fields, "audio": audio, "photo": photo})
        return self.call("POST", "/export", body, {"Content-Type": kind})

    def submit(self, audio: bytes | Path, photo: bytes | Path, **fields: str) -> str:
        """Send POST /export that must be accepted; return the id of the job."""
        answer = self.export(audio, photo, **fields)
        assert answer.status == 202, (answer.status, answer.body)
        return str(answer.json["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/export/{job_id}")
        assert answer.status == 200, answer
        return dict(answer.json)

    def wait(
        self, job_id: str, *until: str, timeout_s: float = HANG_S, stage: str | None = None
    ) -> dict[str, Any]:
        """Poll until the job has a status of `until` (final ones by default) or is at `stage`."""
        deadline = time.monotonic() + timeout_s
        while True:
            job = self.job(job_id)
            if job["status"] in (until or ("completed", "failed", "cancelled")):
                return job
            if stage and job["stage"] == stage:
                return job
            assert time.monotonic() < deadline, job
            time.sleep(0.1)

    def completed(self, job_id: str, *, timeout_s: float = HANG_S) -> dict[str, Any]:
        """Wait for a job that must be completed."""
        job = self.wait(job_id, timeout_s=timeout_s)
        assert job["status"] == "completed", job
        return job

    def cancel(self, job_id: str) -> dict[str, Any]:
        answer = self.call("DELETE", f"/export/{job_id}")
        assert answer.status == 200, answer
        return dict(answer.json)

    def download(self, job_id: str, to: Path) -> Path:
        answer = self.call("GET", f"/download/{job_id}")
        assert answer.status == 200, answer
        to.write_bytes(answer.body)
        return to
