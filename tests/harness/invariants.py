"""The invariants I1 to I7 of docs/faults.md, checked on a server when a test of it ends."""

import json
import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.harness import processes
from tests.harness.client import Client

FINAL = frozenset({"completed", "failed", "cancelled"})
_ARTIFACTS = frozenset({"video.mp4", "poster.jpg"})
_TEMPORARY = ("spool", "frames", "scratch")
"""Folders that are empty when nothing is done."""
_MAX_MORE_DESCRIPTORS = 8
"""Opened once, when something is first needed: the sockets of the fork server, and the like."""
Facts = Mapping[str, object]


@dataclass
class Baseline:
    """A server before its test: what it holds, and a file next to its data that is not its own."""

    pid: int
    port: int
    data: Path
    descriptors: int
    secret: str
    canary: Path

    @classmethod
    def of(cls, pid: int, port: int, data: Path) -> "Baseline":
        canary = data.with_name(data.name + ".canary")
        if not canary.exists():
            canary.write_text(secrets.token_hex(16))
        return cls(pid, port, data, _descriptors(pid), canary.read_text(), canary)


def of_events(events: Iterable[Facts]) -> list[str]:
    """Return violations of I1 in the events of a log, and jobs that have ended twice (I4)."""
    events = list(events)
    ends = Counter(
        str(facts["job"])
        for facts in events
        if facts["event"] == "job.status_changed" and facts["to"] in FINAL
    )
    return [
        *(
            f"I1: {facts}"
            for facts in events
            if facts["event"] == "request" and facts.get("status") in range(500, 600)
            if facts["status"] != 503
        ),
        *(f"I4: job {job_id} ended {count} times" for job_id, count in ends.items() if count > 1),
    ]


def of_log(text: str, secrets: Iterable[str]) -> list[str]:
    """Return violations of I1, I4, I5 and I6 in a log.

    Args:
        text: the log.
        secrets: what it must not contain.
    """
    events, wrong = [], [f"I5: {secret} is in the log" for secret in secrets if secret in text]
    for line in text.splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            wrong.append(f"I6: {line[:200]}")
    return wrong + of_events(events)


def secrets_of(data: Path, settings: Mapping[str, str]) -> set[str]:
    """Return the secrets of a server that its log must not have: of links, webhooks and metrics.

    Args:
        data: its data folder.
        settings: its environment.
    """
    names = ("WEBHOOK_SECRET", "METRICS_TOKEN")
    texts = {text for name in names for text in settings.get(name, "").split(",")}
    links = Path(settings.get("LINK_SECRETS_FILE", data / "link_secrets"))
    if links.exists():
        texts |= set(links.read_text().split())
    return texts - {""}


def of_server(baseline: Baseline, accepted: list[str]) -> list[str]:
    """Return what a living server violates now: all but the invariants of its log.

    Args:
        baseline: the server before its test.
        accepted: ids of the jobs that it said to have accepted.
    """
    wrong = []
    if Client(baseline.port).call("GET", "/health").status != 200:
        wrong.append("I2: /health")
    statuses = statuses_of(baseline.data)
    wrong += [f"I4: job {job_id} is lost" for job_id in accepted if job_id not in statuses]
    if baseline.canary.read_text() != baseline.secret:
        wrong.append("I5: the canary has changed")
    return wrong + _connections(baseline) + _held(baseline, statuses)


def _held(baseline: Baseline, statuses: dict[str, str]) -> list[str]:
    """Return what violates I3. While jobs wait or are drawn, only descriptors are counted."""
    more = _descriptors(baseline.pid) - baseline.descriptors
    wrong = [f"I3: {more} more descriptors"] * (more > _MAX_MORE_DESCRIPTORS)
    if any(status not in FINAL for status in statuses.values()):
        return wrong
    wrong += of_processes(processes.descendants(baseline.pid))
    return wrong + of_files(baseline.data)


def of_processes(idle: Sequence[processes.Process]) -> list[str]:
    """Return the processes that outlive their job (I3): a worker may stay for the next preview."""
    return [f"I3: {process.command}" for process in idle if process.kind == "ffmpeg"]


def of_files(data: Path) -> list[str]:
    """Return the files that a server leaves behind (I3) in a data folder without live jobs."""
    wrong = []
    for folder, _, names in os.walk(data):
        top = Path(folder).relative_to(data).parts[:1]
        for name in names:
            is_left = top == ("jobs",) and name not in _ARTIFACTS
            if is_left or (top and top[0] in _TEMPORARY) or name.endswith(".part"):
                wrong.append(f"I3: {Path(folder, name)}")
    return wrong


def _connections(baseline: Baseline) -> list[str]:
    """Return the connections of a server and its descendants that no client has made (I7)."""
    wrong = []
    for process in (baseline.pid, *(child.pid for child in processes.descendants(baseline.pid))):
        try:
            connections = psutil.Process(process).net_connections("inet")
        except psutil.NoSuchProcess:
            continue
        wrong += [
            f"I7: {connection.laddr} to {connection.raddr}"
            for connection in connections
            if connection.raddr and connection.laddr.port != baseline.port
        ]
    return wrong


def statuses_of(data: Path) -> dict[str, str]:
    """Return the status of each job in the table."""
    with closing(sqlite3.connect(f"file:{data / 'jobs.db'}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT id, status FROM job"))


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
