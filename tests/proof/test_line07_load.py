"""Line 7: the queue is bounded, two slots are two, and the order is the promised one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.processes import Process
from tests.harness.server import Server, eventually
from tests.proof.conftest import FULL, Figure, StartServer

pytestmark = pytest.mark.line(7)

BOUND, SUBMITS = (100, 150) if FULL else (3, 5)
AT_ONCE = 8
"""Submits at one moment: few enough that none is refused for its wait alone."""
LONG_S = 240 if FULL else 3.9
"""Length of a job that holds a slot; when small too short to be divided between both."""
_SIDE = 360 if FULL else 720
SLOW = {
    "PLANS": f"free={_SIDE},premium={_SIDE}",
    "SEGMENT_SEC": "20",
    "STALL_TIMEOUT_MS": "600000",
}
"""Settings with which a long job holds its slot for as long as a test submits others."""


def _drawing(server: Server) -> list[Process]:
    """Return the workers that draw segments."""
    parents = {process.pid for process in server.descendants("fork_server")}
    return [
        process
        for process in server.descendants("worker")
        if process.command.split()[-1] == "draw_segment"
        # A worker's child looks like the worker itself until it has become ffmpeg.
        and process.parent in parents
    ]


class WorkerCensus:
    """Counts segment workers in /proc, repeatedly."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.max_workers = 0
        self.samples = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._stop.is_set():
            drawing = _drawing(self._server)
            # Sampling takes a while: only those that are still there after it existed at one time.
            self.max_workers = max(self.max_workers, sum(process.is_alive for process in drawing))
            self.samples += 1
            time.sleep(0.02 if FULL else 0.05)

    def __enter__(self) -> "WorkerCensus":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _files(folder: Path, seconds: float) -> tuple[Path, Path]:
    track, picture = folder / f"{seconds}.wav", folder / "photo.jpg"
    track.write_bytes(media.wav(seconds))
    picture.write_bytes(media.photo())
    return track, picture


def _hold_both_slots(server: Server, track: Path, picture: Path) -> list[str]:
    """Start two long jobs and wait until they draw; when small they stop there, slots held."""
    holders: list[str] = []
    for _ in range(2):
        job = server.client.submit(track, picture)
        assert eventually(lambda job=job: server.client.job(job)["frames"]["done"] > 0), (
            "two jobs run side by side"
        )
        holders.append(job)
        for worker in [] if FULL else _drawing(server):
            worker.pause()
    return holders


@pytest.mark.fault("J01", "J10")
def test_a_burst_is_bounded_and_finishes(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = start_server(MAX_QUEUED_EXPORTS=str(BOUND), **SLOW)
    client = server.client
    long_track, picture = _files(tmp_path, LONG_S)
    short_track, _ = _files(tmp_path, 0.2)
    with WorkerCensus(server) as census:
        holders = _hold_both_slots(server, long_track, picture)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            responses = list(
                pool.map(
                    lambda _: client.export(short_track, picture, effect="plain"), range(SUBMITS)
                )
            )
        assert all(client.job(job)["status"] == "processing" for job in holders)
        accepted = [response.json["jobId"] for response in responses if response.status == 202]
        refused = [response for response in responses if response.status == 429]
        assert (len(accepted), len(refused)) == (BOUND, SUBMITS - BOUND)
        assert all(response.json["code"] == "queue_full" for response in refused)
        assert all(int(response.headers["retry-after"]) >= 1 for response in refused)
        if not FULL:  # they have held both slots long enough
            for job in holders:
                client.cancel(job)
        finishing = (*accepted, *holders) if FULL else accepted
        for job in finishing:
            client.completed(job, timeout_s=1800)
    figure(f"{len(accepted)} × 202, {len(refused)} × 429, {len(finishing)} completed")
    figure(f"at most {census.max_workers} segment workers in {census.samples} looks at /proc")
    assert census.max_workers == 2


@pytest.mark.fault("J07")
def test_premium_overtakes_by_its_head_start(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = start_server(**SLOW)
    client = server.client
    track, picture = _files(tmp_path, LONG_S)
    short, _ = _files(tmp_path, 0.2)
    holders = _hold_both_slots(server, track, picture)
    free = [client.submit(short, picture, effect="plain") for _ in range(2)]
    premium = client.submit(short, picture, plan="premium", effect="plain")
    assert all(client.cancel(job)["status"] == "cancelled" for job in holders)
    began = client.wait(premium, "processing", "completed")["startedAt"]
    started = [client.job(job)["startedAt"] for job in free]
    earlier = sum(at is not None and at < began for at in started)
    figure(f"{earlier} of 2 free jobs that were queued before it started before a premium one")
    assert earlier == 0


def test_a_lone_job_uses_both_slots(
    start_server: StartServer, tmp_path: Path, figure: Figure
) -> None:
    server = start_server()
    track, picture = _files(tmp_path, 3)
    with WorkerCensus(server) as census:
        server.client.completed(server.client.submit(track, picture, effect="plain"))
    figure(f"{census.max_workers} slots worked for a lone job")
    assert census.max_workers == 2
