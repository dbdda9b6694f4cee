"""A minimal client of the HTTP API: submit, follow, download."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

_READY_S = 90.0
_POLL_S = 0.2
_FINAL_STATUSES = ("completed", "failed", "cancelled")


class RequestFailed(Exception):
    """The server answered with an error; the text is its message."""


class ApiClient:
    """Sends requests to the server on 127.0.0.1, each on a new connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    def wait_until_ready(self) -> dict[str, Any]:
        """Poll GET /ready until the status is 200, and return its JSON.

        Raises:
            RequestFailed: the server is not ready after 90 seconds; the text is its answer.
        """
        deadline = time.monotonic() + _READY_S
        while True:
            status, answer = self._json("GET", "/ready")
            if status == 200:
                return answer
            if time.monotonic() > deadline:
                raise RequestFailed(f"The server cannot render here: {json.dumps(answer)}")
            time.sleep(_POLL_S)

    def submit(self, audio: Path, photo: Path, fields: dict[str, str]) -> str:
        """Submit a job with POST /export and return its id.

        Raises:
            RequestFailed: the server rejected the request.
        """
        boundary = uuid4().hex
        parts = [_form_part(boundary, f'name="{name}"', v.encode()) for name, v in fields.items()]
        for name, path in (("audio", audio), ("photo", photo)):
            disposition = (
                f'name="{name}"; filename="{path.name}"\r\nContent-Type: application/octet-stream'
            )
            parts.append(_form_part(boundary, disposition, path.read_bytes()))
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        status, answer = self._json("POST", "/export", body, headers)
        if status != 202:
            raise RequestFailed(str(answer.get("error", f"HTTP {status}")))
        return str(answer["jobId"])

    def follow(self, job_id: str) -> Iterator[dict[str, Any]]:
        """Yield the job object several times a second, until the job has ended.

        Raises:
            RequestFailed: the server does not know the job.
        """
        while True:
            status, job = self._json("GET", f"/export/{job_id}")
            if status != 200:
                raise RequestFailed(str(job.get("error", f"HTTP {status}")))
            yield job
            if job["status"] in _FINAL_STATUSES:
                return
            time.sleep(_POLL_S)

    def download(self, url: str, to: Path) -> int:
        """Download `url` to the file `to`, which appears when complete; return its size in bytes.

        Raises:
            RequestFailed: the file does not exist.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        part = to.with_name(to.name + ".part")
        try:
            connection.request("GET", url)
            response = connection.getresponse()
            if response.status != 200:
                raise RequestFailed(f"The download answered HTTP {response.status}.")
            with part.open("wb") as file:
                while chunk := response.read(1 << 18):
                    file.write(chunk)
            part.replace(to)
        finally:
            connection.close()
            part.unlink(missing_ok=True)
        return to.stat().st_size

    def _json(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, url, body, headers or {})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
            return response.status, answer
        finally:
            connection.close()


def _form_part(boundary: str, disposition: str, content: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"
