"""Line 6: nothing is lost, redrawn or left over, at any kill of any process."""

import random
import shutil
import sqlite3
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from threading import Thread

import pytest

from tests.harness import media
from tests.harness.client import Client
from tests.harness.server import SMALL, Server, eventually
from tests.proof.conftest import FULL, Figure, StartServer

pytestmark = pytest.mark.line(6)

PHASES = ("accept", "prepare", "analyse", "draw_segment", "encode_audio", "mux")
VICTIMS = ("server", "worker", "ffmpeg")
ROUNDS = 60 if FULL else 6
TRAIL = Path(__file__).parents[1] / "data" / "jobs" / "trail.fs"


class Ledger:
    """The kills, and what a client was promised."""

    def __init__(self) -> None:
        self.kills: Counter[str] = Counter()
        self.promised: dict[str, str] = {}
        """Job id → kind of request, of every 202 received."""
        self.in_flight = 0
        """Segments that were being drawn at a kill."""


def _requests(folder: Path) -> dict[str, dict[str, str | Path]]:
    track, picture = folder / "track.wav", folder / "photo.jpg"
    track.write_bytes(media.wav(3.0 if FULL else 1.2))
    picture.write_bytes(media.photo())
    files: dict[str, str | Path] = {"audio": track, "photo": picture}
    return {
        "plain": {**files, "effect": "breathe" if FULL else "plain"},
        "trail": {**files, "effect": "trail"},
    }


def _submit(client: Client, request: dict[str, str | Path]) -> str | None:
    """Return the job's id after a 202; None if the server died before."""
    try:
        response = client.export(**request)  # type: ignore[arg-type]  # files and texts by name
    except (OSError, HTTPException):
        return None
    assert response.status in (202, 503), response
    return str(response.json["jobId"]) if response.status == 202 else None


def _at(server: Server, phase: str) -> bool:
    """Return whether a process of the phase's task is running."""
    return any(phase in process.command.split() for process in server.descendants("worker"))


def _being_drawn(server: Server) -> set[tuple[str, str]]:
    """Return the segments that the job table knows as running and that are not on disk yet."""
    table = sqlite3.connect(f"file:{server.data / 'jobs.db'}?mode=ro", uri=True)
    try:
        running_tasks = table.execute("SELECT job_id, name FROM task WHERE running").fetchall()
    finally:
        table.close()
    running = {(job, name) for job, name in running_tasks if name.startswith("draw_segment-")}
    return {
        (job, name)
        for job, name in running
        if not list((server.data / "jobs" / job).glob(f"{int(name.split('-')[1]):04d}-*.mp4"))
    }


def _kill(server: Server, victim: str, ledger: Ledger, phase: str) -> bool:
    """Kill one victim that serves the phase; return whether it could be killed."""
    if victim == "server":
        server.kill()
        assert eventually(lambda: not server.left_running()), server.left_running()
        ledger.in_flight += len(_being_drawn(server))
        server.start()
        return True
    if victim == "worker":
        victims = [p for p in server.descendants("worker") if phase in p.command.split()]
    else:
        workers = {p.pid for p in server.descendants("worker") if phase in p.command.split()}
        victims = [p for p in server.descendants("ffmpeg") if p.parent in workers]
    return bool(victims) and random.choice(victims).kill()


def _is_over(server: Server, job_ids: list[str | None]) -> bool:
    """Return whether a submitted job has ended, or was not accepted."""
    return bool(job_ids) and (
        job_ids[0] is None or server.client.job(job_ids[0])["status"] == "completed"
    )


def _round(
    server: Server,
    phase: str,
    victim: str,
    request: tuple[str, dict[str, str | Path]],
    ledger: Ledger,
) -> bool:
    """Submit, wait for the phase, kill; return whether the kill hit."""
    kind, fields = request
    job_ids: list[str | None] = []
    submitter = Thread(target=lambda: job_ids.append(_submit(server.client, fields)))
    submitter.start()
    if phase == "accept":
        time.sleep(random.uniform(0, 0.05))
        hit = True
    else:
        while not (hit := _at(server, phase)) and not _is_over(server, job_ids):
            time.sleep(0.01)
        time.sleep(random.choice((0, 0.02, 0.1)))
    if hit:
        deadline = time.monotonic() + 2
        while not (hit := _kill(server, victim, ledger, phase)) and _at(server, phase):
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
    submitter.join()
    if job_ids[0]:
        ledger.promised[job_ids[0]] = kind
        server.client.completed(job_ids[0])
    return hit


@pytest.mark.fault("F04", "G21", "H01", "H03", "H04")
def test_killed_at_any_time(start_server: StartServer, tmp_path: Path, figure: Figure) -> None:
    random.seed(6)
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    shutil.copy(TRAIL, shaders)
    requests = _requests(tmp_path)
    server = start_server(SHADERS_DIR=f"{shaders}:{SMALL['SHADERS_DIR']}")
    undisturbed = {}
    for kind, fields in requests.items():
        job = server.client.submit(**fields)  # type: ignore[arg-type]  # as above
        server.client.completed(job)
        video = server.client.download(job, tmp_path / f"{kind}.mp4")
        undisturbed[kind] = media.frame_hashes(video)
        server.client.cancel(job)
    ledger = Ledger()
    plan = [(phase, victim) for phase in PHASES for victim in VICTIMS if phase != "accept"]
    plan += [("accept", "server")] * 3
    random.shuffle(plan)
    attempts = 0
    while sum(ledger.kills.values()) < ROUNDS:
        phase, victim = plan[attempts % len(plan)]
        if ledger.kills[phase] >= ROUNDS // len(PHASES):
            phase = min(PHASES, key=lambda p: ledger.kills[p])
            victim = "server" if phase == "accept" else victim
        kind = random.choice(list(requests))
        if _round(server, phase, victim, (kind, requests[kind]), ledger):
            ledger.kills[phase] += 1
        attempts += 1
        assert attempts < 6 * ROUNDS
    _check(server, ledger, undisturbed, tmp_path)
    redrawn = _redrawn(server)
    killed_drawing = ledger.in_flight + _failed_segments(server)
    figure(f"{sum(ledger.kills.values())} kills ({dict(ledger.kills)})")
    figure(f"{len(ledger.promised)} accepted, all completed and identical")
    figure(f"{redrawn} segments drawn twice, {killed_drawing} in flight at a kill")
    assert redrawn == killed_drawing
    assert ledger.promised


def _check(server: Server, ledger: Ledger, undisturbed: dict[str, list[str]], folder: Path) -> None:
    for job, kind in ledger.promised.items():
        server.client.completed(job)
        video = server.client.download(job, folder / "disturbed.mp4")
        assert media.frame_hashes(video) == undisturbed[kind], (job, kind)
    table = sqlite3.connect(f"file:{server.data / 'jobs.db'}?mode=ro", uri=True)
    unfinished = table.execute(
        "SELECT id, status, error_code FROM job WHERE status NOT IN ('completed', 'cancelled')"
    ).fetchall()
    table.close()
    for job, *_ in unfinished:  # committed, but the 202 was lost with the server
        server.client.completed(job)
    assert eventually(lambda: not server.descendants("worker"))
    assert not server.descendants("ffmpeg")
    assert eventually(lambda: not server.left_on_disk()), server.left_on_disk()


def _redrawn(server: Server) -> int:
    table = sqlite3.connect(f"file:{server.data / 'jobs.db'}?mode=ro", uri=True)
    sql = "SELECT coalesce(sum(starts - 1), 0) FROM task WHERE name GLOB 'draw_segment-*'"
    victims = table.execute(sql).fetchone()[0]
    table.close()
    return int(victims)


def _failed_segments(server: Server) -> int:
    """Return the number of segments that a killed worker or ffmpeg did not finish."""
    lines = server.log.read_text().splitlines()
    return sum('"task.failed"' in line and '"draw_segment-' in line for line in lines)
