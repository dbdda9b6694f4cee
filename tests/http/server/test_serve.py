"""The server as a process: its start and its end."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.jobs.store.store import Store
from tests.harness.api_keys import write_keys
from tests.http.event_stream import EventStream
from tests.http.made_job import new_job
from tests.http.server.conftest import Spawn, port_of
from tests.http.wire import FORM, exchange, form, head, part, post, read_response

END_S = 5 if os.environ.get("PROOF") == "full" else 60
"""Five seconds are promised; next to other tests the machine is busy."""


@pytest.mark.fault("H06")
async def test_a_server_serves_then_drains_then_ends_with_0(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn(SHADER_DIR="/effects")
    port = port_of(process)
    assert (await exchange(port, head("GET /health"))).status == 200
    process.send_signal(signal.SIGTERM)
    stopped_at = time.monotonic()
    response = await exchange(port, post(b"", content_type=FORM))
    while response.code != "draining":  # the signal may still be on its way
        response = await exchange(port, post(b"", content_type=FORM))
    assert response.status == 503
    assert "retry-after" in response.headers
    assert process.wait(END_S) == 0
    assert time.monotonic() - stopped_at < END_S
    log = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in log
    unknown = json.loads(log.splitlines()[0])
    assert (unknown["event"], unknown["likely"]) == ("setting.unknown", "SHADERS_DIR")


@pytest.mark.slow
@pytest.mark.fault("E26")
async def test_public_metrics_of_a_server_with_keys_are_logged(
    spawn: Spawn, tmp_path: Path
) -> None:
    write_keys(tmp_path / "keys.json", own={})
    keys = {"API_KEYS_FILE": str(tmp_path / "keys.json"), "MAX_PARALLEL_EXPORTS": "0"}
    for settings, is_public in (({}, True), ({"METRICS_TOKEN": "t" * 16}, False)):
        process = spawn(**keys, **settings)
        response = await exchange(port_of(process), head("GET /metrics"))
        assert response.status == (200 if is_public else 401)
        process.kill()
        process.wait()
        log = tmp_path / "log.txt"
        assert ('"event": "metrics.public"' in log.read_text()) == is_public
        log.write_text("")


@pytest.mark.slow
async def test_a_refused_client_that_still_sends_does_not_delay_the_end(
    spawn: Spawn, tmp_path: Path
) -> None:
    process = spawn()
    port = port_of(process)
    body = form(part("fps", "29.97"), part("audio", b"x" * 1000))
    sent = post(body).replace(b"Content-Length: ", b"Content-Length: 99")
    while (await exchange(port, head("GET /ready"))).status != 200:
        pass  # the probe of a busy machine takes seconds
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert (await read_response(reader)).code == "invalid_parameter"
    process.send_signal(signal.SIGTERM)
    for _ in range(10 * END_S):
        if process.poll() is not None:
            break
        with contextlib.suppress(ConnectionError):
            writer.write(b"x" * 1000)
            await writer.drain()
        await asyncio.sleep(0.1)
    writer.transport.abort()
    assert process.poll() == 0
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


@pytest.mark.slow
async def test_a_restart_ends_event_streams_and_loses_no_event(
    spawn: Spawn, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    store, job = Store(tmp_path / "data" / "jobs.db"), new_job()
    await store.jobs.add(job, bound=1)
    store.close()
    process = spawn(MAX_PARALLEL_EXPORTS="0")
    async with EventStream(port_of(process), job.id) as stream:
        event = await stream.next()
        assert event is not None
        assert (event.name, event.job["status"]) == ("job", "queued")
        process.send_signal(signal.SIGTERM)
        assert await stream.rest() == [], "it ends as a whole response does"
    assert await asyncio.to_thread(process.wait, END_S) == 0
    port = port_of(spawn(MAX_PARALLEL_EXPORTS="0"))
    async with EventStream(port, job.id, last_id=event.id) as resumed:
        assert (await exchange(port, head(f"DELETE /export/{job.id}"))).status == 200
        assert [event.name for event in await resumed.rest()] == ["cancelled"]
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def wait_until_starting(process: "subprocess.Popen[str]", data: Path) -> None:
    while not (data / "jobs.db").exists():
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.fault("H07")
def test_a_server_that_is_still_starting_can_be_stopped(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn()
    wait_until_starting(process, tmp_path / "data")
    process.send_signal(signal.SIGINT)
    assert process.wait(END_S) == 0


@pytest.mark.slow
@pytest.mark.fault("H07")
def test_a_second_signal_ends_it_at_once(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn()
    wait_until_starting(process, tmp_path / "data")
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert process.wait(END_S) in (128 + signal.SIGINT, 128 + signal.SIGTERM)


@pytest.mark.slow
def test_a_port_in_use_is_reported_before_any_work(spawn: Spawn, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        process = spawn(PORT=port)
        assert process.wait(60) == 1
    log = (tmp_path / "log.txt").read_text()
    (last,) = [line for line in log.splitlines() if line.startswith("toqibox serve:")]
    settings = f"HOST=127.0.0.1 and PORT={port}"
    assert f"cannot listen on {settings}: Address already in use" in last
    assert "Traceback" not in log


@pytest.mark.slow
def test_a_host_that_is_no_address_of_this_machine_is_named(spawn: Spawn, tmp_path: Path) -> None:
    assert spawn(HOST="999.1.1.1").wait(60) == 1
    log = (tmp_path / "log.txt").read_text()
    assert "toqibox serve: cannot listen on HOST=999.1.1.1 and PORT=" in log
    assert "Traceback" not in log


@pytest.mark.fault("H12")
def test_the_server_process_loads_no_drawing_packages() -> None:
    code = (
        "import sys, server.http.server.app; print([m for m in sys.argv[1:] if m in sys.modules])"
    )
    heavy = ["moderngl", "glcontext", "PIL", "numpy", "ffmpeg"]
    argv = [sys.executable, "-c", code, *heavy]
    assert subprocess.run(argv, capture_output=True, check=True).stdout.strip() == b"[]"
