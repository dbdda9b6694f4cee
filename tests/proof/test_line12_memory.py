"""Line 12: memory is bounded, and nothing grows from job to job."""

import os
import threading
import time
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.processes import rss_bytes
from tests.harness.server import Server, eventually
from tests.proof.conftest import FULL, Figure, StartServer

pytestmark = pytest.mark.line(12)

MB = 1_000_000
LONG_S, LONG_SIDE = (240, 1080) if FULL else (3, 180)
EARLY, LATE = (20, 100) if FULL else (2, 4)


class PeakMemory:
    """The largest resident memory seen of the server and of any segment worker."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.server = 0
        self.worker = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._stop.wait(0.1):
            self.server = max(self.server, rss_bytes(self._server.pid))
            for worker in self._server.descendants("worker"):
                if worker.command.split()[-1] == "draw_segment":
                    self.worker = max(self.worker, worker.rss_bytes)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.mark.fault("H11")
def test_the_memory_of_a_long_job_is_bounded(start_server: StartServer, figure: Figure) -> None:
    server = start_server(PLANS=f"free=36,premium={LONG_SIDE}", SEGMENT_SEC="10" if FULL else "2")
    with PeakMemory(server) as peak:
        job = server.client.submit(media.wav(LONG_S), media.photo(1600, 1067), plan="premium")
        done = server.client.completed(job, timeout_s=3600)
    assert done["frames"]["total"] == LONG_S * 30
    figure(f"{LONG_S} s at {done['resolution']['width']}×{done['resolution']['height']}")
    figure(f"server {peak.server / MB:.0f} MB, segment worker {peak.worker / MB:.0f} MB at most")
    assert peak.server < 150 * MB
    assert 0 < peak.worker < 500 * MB


def _open_resources(server: Server) -> tuple[int, int, int]:
    """Return the number of descriptors, threads and children of the server."""
    proc = Path(f"/proc/{server.pid}")
    descriptors = len(os.listdir(proc / "fd"))
    return descriptors, len(os.listdir(proc / "task")), len(server.descendants())


def _resident_bytes(server: Server) -> int:
    """Return the resident bytes of the server once nothing works for it."""
    assert eventually(lambda: not server.descendants("worker"))
    time.sleep(1.5)  # connections that were kept alive are closed
    return rss_bytes(server.pid)


@pytest.mark.fault("F15", "J09")
def test_nothing_grows_from_job_to_job(start_server: StartServer, figure: Figure) -> None:
    server = start_server()
    track, photo = media.wav(0.2), media.photo()
    rests: dict[int, tuple[int, tuple[int, int, int]]] = {}
    for count in range(1, LATE + 1):
        job = server.client.submit(track, photo, effect="plain")
        server.client.completed(job)
        server.client.call("GET", f"/download/{job}")
        if count in (EARLY, LATE):
            rests[count] = (_resident_bytes(server), _open_resources(server))
    (early, resources), (late, resources_late) = rests[EARLY], rests[LATE]
    figure(f"RSS {early / MB:.1f} MB after {EARLY} jobs, {late / MB:.1f} MB after {LATE}")
    figure(f"descriptors, threads, children {resources} and {resources_late}")
    assert abs(late - early) < 5 * MB
    assert resources == resources_late
