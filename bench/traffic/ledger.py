"""Promises of a server to its clients, and those that it has not kept."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FINAL = ("completed", "failed", "cancelled")
_ORDER = {"queued": 0, "processing": 1, **dict.fromkeys(FINAL, 2)}
_LISTED_503 = ("draining", "storage_full", "not_ready", "too_many_streams")
"""Codes that docs/http.md lists."""
_MAX_PROBLEMS = 50


@dataclass
class Ledger:
    """Jobs that were accepted, the ends that clients saw, and all that should not have been."""

    responses: Counter[str] = field(default_factory=Counter)
    """By route, status and code."""
    accepted: dict[str, str] = field(default_factory=dict)
    """Job id → its owner."""
    uploads: set[str] = field(default_factory=set)
    """Ids of tracks and photos that were kept."""
    ends: dict[str, str] = field(default_factory=dict)
    """Job id → the final status that a client has seen first."""
    deaths: int = 0
    """Times that the server was killed."""
    problems: list[str] = field(default_factory=list)
    _keys: dict[tuple[str, str], str] = field(default_factory=dict)
    """Owner and idempotency key → job id."""

    def check(self, holds: bool, problem: str) -> None:
        """Note a problem unless a condition holds."""
        if not holds and len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(problem)

    def note_response(self, route: str, status: int, code: str = "") -> None:
        """Count a response, and note one that must not occur."""
        self.responses[f"{route} {status} {code}".rstrip()] += 1
        is_listed = status == 503 and (code in _LISTED_503 or route == "GET /ready")
        self.check(status < 500 or is_listed, f"{route} was answered {status} {code}")

    def note_accepted(self, job_id: str, owner: str, key: str) -> None:
        """Note a job that a request with an idempotency key has made; there is only one."""
        self.accepted[job_id] = owner
        earlier = self._keys.setdefault((owner, key), job_id)
        self.check(earlier == job_id, f"one idempotency key made jobs {earlier} and {job_id}")

    def note_end(self, job_id: str, status: str) -> None:
        """Note the final status of a job; there is only one."""
        earlier = self.ends.setdefault(job_id, status)
        self.check(earlier == status, f"job {job_id} was {earlier}, then {status}")

    def check_rows(self, rows: dict[str, str]) -> None:
        """Compare the table with what clients know.

        Args:
            rows: status by the id of a job.
        """
        for job_id in self.accepted.keys() - rows.keys():
            self.check(False, f"accepted job {job_id} is not in the table")
        for job_id in rows.keys() - self.accepted.keys():
            self.check(False, f"job {job_id} is in the table, and no client has its id")
        for job_id, status in rows.items():
            self.check(status in FINAL, f"job {job_id} has not ended: {status}")
            end = self.ends.get(job_id, status)
            self.check(end == status, f"job {job_id} is {status}, and was {end}")

    def check_uploads(self, names: set[str]) -> None:
        """Check that nothing is left of kept uploads but the marks of their ids.

        Args:
            names: of what is in their folder.
        """
        left = {name for name in names if not name.endswith(".gone")}
        self.check(not left, f"left of uploads that have expired: {sorted(left)[:5]}")
        unmarked = self.uploads - {name.removesuffix(".gone") for name in names - left}
        self.check(not unmarked, f"uploads without a mark: {sorted(unmarked)[:5]}")

    def check_webhooks(self, messages: list[tuple[str, str, str]], rows: dict[str, str]) -> None:
        """Compare the messages that a receiver got with the table.

        Args:
            messages: webhook id, type and job id of each.
            rows: status by the id of a job; every job has a webhook.
        """
        ids: dict[str, set[tuple[str, str]]] = {job_id: set() for job_id in rows}
        for webhook_id, kind, job_id in messages:
            ids.setdefault(job_id, set()).add((webhook_id, kind))
        for job_id, received in ids.items():
            self.check(bool(received), f"job {job_id} had no webhook")
            self.check(len(received) < 2, f"job {job_id} had several webhooks: {received}")
            for _, kind in received:
                expected = f"export.{rows.get(job_id)}"
                self.check(kind == expected, f"job {job_id} had {kind}, not {expected}")


class JobOrder:
    """The order in which one client sees the states of one job."""

    def __init__(self, ledger: Ledger, job_id: str) -> None:
        self._ledger = ledger
        self._job_id = job_id
        self._last = (0, 0, 0)
        """Version, rank of the status, and progress."""
        self._deaths = ledger.deaths

    def note(self, version: int, job: dict[str, Any]) -> None:
        """Note a state; none of the numbers may fall.

        Progress is saved twice a second, so it may fall by that when the server was killed.
        """
        now = (version, _ORDER[job["status"]], int(job["progress"]))
        count = 3 if self._deaths == self._ledger.deaths else 2
        self._deaths = self._ledger.deaths
        pairs = zip(self._last[:count], now[:count], strict=True)
        has_fallen = any(after < before for before, after in pairs)
        self._ledger.check(not has_fallen, f"job {self._job_id}: {now} after {self._last}")
        self._last = now
        if job["status"] in FINAL:
            self._ledger.note_end(self._job_id, job["status"])

    @property
    def version(self) -> int:
        return self._last[0]
