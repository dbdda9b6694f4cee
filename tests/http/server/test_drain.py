"""A server that drains: it finishes what runs, refuses what is new, and leaves the rest."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.limits import HANG_S
from tests.harness.processes import Process
from tests.harness.server import Server, eventually

SETTINGS = {"DRAIN_SEC": "600", "MAX_PARALLEL_EXPORTS": "1", "SEGMENT_SEC": "2"}


def _drawing_worker(server: Server) -> Process:
    """Pause the worker that draws a segment, and return it."""

    def find() -> list[Process]:
        workers = server.descendants("worker")
        return [worker for worker in workers if worker.command.endswith("draw_segment")]

    assert eventually(find, every_s=0.005)
    (worker,) = find()
    worker.pause()
    return worker


def _check_log(path: Path, jobs: set[str]) -> None:
    """Check that every line about a job has its id, and that of the request that made it."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    requests = {
        line["job"]: line["request"]
        for line in lines
        if line["event"] == "request" and line["method"] == "POST" and line["status"] == 202
    }
    assert requests.keys() == jobs
    about_jobs = [line for line in lines if line["event"].startswith(("job.", "task."))]
    assert {(line["job"], line["request"]) for line in about_jobs} == set(requests.items())
    polled = {line["job"] for line in lines if line.get("path", "").startswith("/export/")}
    assert polled == jobs


@pytest.mark.slow
@pytest.mark.fault("H06")
def test_a_running_segment_and_a_download_end_before_the_server(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **SETTINGS) as server:
        client = server.client
        done = client.submit(media.wav(0.2), media.photo(), effect="plain")
        client.completed(done)
        job = client.submit(media.wav(12.0), media.photo(), effect="plain")
        worker = _drawing_worker(server)
        queued = client.submit(media.wav(0.2), media.photo(), effect="plain")
        with socket.create_connection(("127.0.0.1", client.port)) as upload:
            upload.sendall(b"POST /export HTTP/1.1\r\nHost: test\r\nContent-Length: 9999\r\n")
            upload.sendall(b"Content-Type: multipart/form-data; boundary=x\r\n\r\n")
            os.kill(server.pid, signal.SIGTERM)
            assert eventually(lambda: client.call("GET", "/ready").json["draining"])
            ready = client.call("GET", "/ready")
            assert (ready.status, ready.json["code"]) == (503, "draining")
            refused = client.export(media.wav(0.2), media.photo(), effect="plain")
            assert (refused.status, refused.json["code"]) == (503, "draining")
            assert int(refused.headers["retry-after"]) > 0
            assert client.job(job)["status"] == "processing"
            assert client.job(queued)["status"] == "queued"
            assert client.call("GET", f"/download/{done}").status == 200
            metrics = client.call("GET", "/metrics").body.decode()
            assert "toqibox_draining 1.0" in metrics
            assert "toqibox_slots_busy 1.0" in metrics
            memory = re.search(r'child_memory_bytes{kind="worker"} (\S+)', metrics)
            assert memory is not None
            assert float(memory[1]) > 1e6
            os.kill(worker.pid, signal.SIGCONT)
            folder = tmp_path / "data" / "jobs" / job
            assert eventually(lambda: list(folder.glob("0000-*.mp4")))
            assert client.call("GET", "/health").status == 200, "the upload has not ended"
        assert server.wait(HANG_S) == 0
        segments = {path.name for path in folder.glob("*.mp4")}
        assert len(segments) == 1
        server.start()
        assert server.client.completed(job)["attempt"] == 1
        server.client.completed(queued)
    _check_log(server.log, {job, queued, done})


@pytest.mark.slow
@pytest.mark.fault("H07")
def test_a_second_signal_ends_a_drain_at_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **SETTINGS) as server:
        server.client.submit(media.wav(12.0), media.photo(), effect="plain")
        worker = _drawing_worker(server)
        os.kill(server.pid, signal.SIGTERM)
        assert eventually(lambda: server.client.call("GET", "/ready").json["draining"])
        os.kill(server.pid, signal.SIGTERM)
        assert server.wait(HANG_S) == 128 + signal.SIGTERM
        assert eventually(lambda: not worker.is_alive)


@pytest.mark.slow
@pytest.mark.fault("H08")
def test_a_server_that_is_killed_while_it_drains_loses_nothing(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **SETTINGS) as server:
        job = server.client.submit(media.wav(4.0), media.photo(), effect="plain")
        _drawing_worker(server)
        queued = server.client.submit(media.wav(0.2), media.photo(), effect="plain")
        os.kill(server.pid, signal.SIGTERM)
        assert eventually(lambda: server.client.call("GET", "/ready").json["draining"])
        server.kill()
        assert eventually(lambda: not server.left_running()), server.left_running()
        server.start()
        for job_id in (job, queued):
            assert server.client.completed(job_id)["attempt"] == 1
        assert eventually(lambda: not server.left_on_disk()), server.left_on_disk()
