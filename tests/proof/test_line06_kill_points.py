"""Line 6: SIGKILL to the server at each step of a job: nothing is lost, nothing published twice.

Each case has a server, a job with a webhook, and the moment at which the server dies; the next
server on the same data folder must end the job as if nothing had happened.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.harness import media
from tests.harness.client import Answer, form
from tests.harness.limits import HANG_S
from tests.harness.server import Server, eventually
from tests.harness.webhook_receiver import CERTIFICATE, SECRET, Message, Receiver
from tests.proof.conftest import FULL

pytestmark = pytest.mark.line(6)


class Step(NamedTuple):
    """A step of a job, and the moments that lead to it; see harness/kill_point.py."""

    moments: tuple[str, ...]
    messages: tuple[int, ...] = (1,)
    """Possible numbers of messages that the receiver of the webhook gets of both servers."""


_ENDS_JOB = r"^sql UPDATE job SET .*status = 'completed'"
_RECORDS_ATTEMPT = r"^sql INSERT OR REPLACE INTO webhook_attempt"
_COMMIT = "^sql COMMIT"


def _begins(task: str) -> tuple[str, ...]:
    return (rf"^sql INSERT INTO task .*'{task}",)


def _is_recorded(task: str) -> tuple[str, ...]:
    """Return the moment at which a task has ended, with its files, and its row does not say so."""
    return (rf"^sql UPDATE task SET running = 0, result .*'{task}",)


STEPS = {
    "accept: the body is read": Step((r"^open \S+/spool/\S+/photo ",)),
    "accept: the files are decoded": Step((r"^os.remove \S+/spool/\S+/audio ",)),
    "accept: the files are moved": Step((r"^os.rename \S+/spool/\S+ \S+/jobs/",)),
    "accept: the row is written": Step((r"^sql INSERT INTO job",)),
    "accept: the row is committed": Step((r"^sql INSERT INTO job", _COMMIT)),
    "accept: the response is sent": Step((r"^log job.status_changed .*to=queued",)),
    "run: the job starts": Step((r"^sql UPDATE job SET .*status = 'processing'",)),
    "run: the job has started": Step((r"^log job.status_changed .*to=processing",)),
    "run: the analysis begins": Step(_begins("analyse")),
    "run: the analysis is recorded": Step(_is_recorded("analyse")),
    "run: the audio is recorded": Step(_is_recorded("encode_audio")),
    "run: a segment begins": Step(_begins("draw_segment")),
    "run: a segment is recorded": Step(_is_recorded("draw_segment")),
    "run: the flashes are recorded": Step(_is_recorded("limit_flashes")),
    "run: the mux begins": Step(_begins("mux")),
    "publish: the video is recorded": Step(_is_recorded("mux")),
    "publish: the end is written": Step((_ENDS_JOB,)),
    "publish: the end is committed": Step((_ENDS_JOB, _COMMIT)),
    "publish: other files are removed": Step(
        # The message is sent meanwhile.
        (_ENDS_JOB, r"^os.remove \S*(sound.wav|photo.rgba|\d{4}-)"),
        messages=(1, 2),
    ),
    "webhook: the connection is made": Step((r"^socket.connect .*'127.0.0.1', \d",)),
    "webhook: the attempt is written": Step((_RECORDS_ATTEMPT,), messages=(2,)),
    "webhook: the attempt is committed": Step((_RECORDS_ATTEMPT, _COMMIT), messages=(2,)),
    "webhook: the attempt is recorded": Step((r"^log webhook.delivered",)),
}
IN_EVERY_RUN = (
    "accept: the row is committed",
    "run: a segment is recorded",
    "publish: the end is committed",
    "webhook: the attempt is written",
)
"""Steps at which files and rows, or two servers, differ; the others are left to the long proof."""


class Killed:
    """A server on one data folder for all cases, and the frames of a job without a kill."""

    def __init__(self, folder: Path) -> None:
        self.moments = folder / "moments"
        self.folder = folder
        self.server = Server(
            folder / "data",
            TEST_KILL=str(self.moments),
            WEBHOOK_SECRET=SECRET,
            WEBHOOK_ALLOWED_HOSTS="localhost",
            SSL_CERT_FILE=str(CERTIFICATE),
        )
        self.track, self.photo = media.wav(0.4), media.photo()
        self.jobs = 0
        """Jobs that the table must have."""
        self.undisturbed: list[str] = []
        """Hashes of the frames of a video."""

    def submit(self, key: str, webhook: str) -> Answer | None:
        """Submit a job; None if the server died before it answered."""
        files = {"audio": self.track, "photo": self.photo}
        body, kind = form({"effect": "plain", "webhook": webhook, **files})
        headers = {"Content-Type": kind, "Idempotency-Key": key.replace(" ", "-")}
        try:
            response = self.server.client.call("POST", "/export", body, headers)
        except (OSError, HTTPException):
            return None
        assert response.status == 202, response
        return response

    def kill_at(self, step: Step) -> None:
        """Let the server die at a step, from now on."""
        unseen = self.moments.with_suffix(".part")
        unseen.write_text("\n".join(step.moments))
        unseen.rename(self.moments)

    def wait_for_death(self) -> None:
        """Wait until the server has died of SIGKILL, and what it started with it."""
        assert self.server.wait(HANG_S) == -9
        assert eventually(lambda: not self.server.left_running()), self.server.left_running()
        self.moments.unlink()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows of the database."""
        table = sqlite3.connect(f"file:{self.server.data / 'jobs.db'}?mode=ro", uri=True)
        try:
            return table.execute(sql, values).fetchall()
        finally:
            table.close()

    def finished_tasks(self) -> dict[tuple[str, str], int]:
        """Return how often each task was started that has a result."""
        sql = "SELECT job_id, name, starts FROM task WHERE result IS NOT NULL AND name != 'mux'"
        return {(job, name): starts for job, name, starts in self.rows(sql)}

    def published(self) -> dict[Path, tuple[int, bytes]]:
        """Return time and content of every published video."""
        sql = "SELECT id FROM job WHERE status = 'completed'"
        videos = [self.server.data / "jobs" / row[0] / "video.mp4" for row in self.rows(sql)]
        return {video: (video.stat().st_mtime_ns, video.read_bytes()) for video in videos}


@pytest.fixture(name="killed", scope="module")
def _killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    killed = Killed(tmp_path_factory.mktemp("kills"))
    with killed.server:
        job = killed.server.client.submit(killed.track, killed.photo, effect="plain")
        killed.server.client.completed(job)
        video = killed.server.client.download(job, killed.folder / "video.mp4")
        killed.undisturbed = media.frame_hashes(video)
        killed.jobs = 1
        yield killed


@pytest.mark.fault("E14", "H02", "H03", "H04", "L03", "L04")
@pytest.mark.parametrize("name", STEPS if FULL else IN_EVERY_RUN)
async def test_a_killed_server_loses_nothing(killed: Killed, name: str) -> None:
    step = STEPS[name]
    async with Receiver() as receiver:
        killed.kill_at(step)
        promised = await asyncio.to_thread(killed.submit, name, receiver.url)
        await asyncio.to_thread(killed.wait_for_death)
        finished, published = killed.finished_tasks(), killed.published()
        await asyncio.to_thread(killed.server.start)
        job = await asyncio.to_thread(_complete, killed, name, receiver.url, promised)
        await _check_webhook(killed, job, receiver, step)
    assert killed.finished_tasks().items() >= finished.items()
    assert killed.published().items() >= published.items()


def _complete(killed: Killed, key: str, webhook: str, promised: Answer | None) -> str:
    """Repeat the request, and return its job, which is completed, once, like any other."""
    accepted = killed.submit(key, webhook)
    assert accepted is not None
    job = str(accepted.json["jobId"])
    assert promised is None or promised.json["jobId"] == job
    killed.jobs += 1
    done = killed.server.client.completed(job)
    assert done["attempt"] == 1
    assert killed.rows("SELECT count(*) FROM job") == [(killed.jobs,)]
    video = killed.server.client.download(job, killed.folder / "video.mp4")
    assert media.frame_hashes(video) == killed.undisturbed
    assert eventually(lambda: not killed.server.descendants("worker"))
    assert eventually(lambda: not killed.server.left_on_disk()), killed.server.left_on_disk()
    assert sorted(path.name for path in (killed.server.data / "jobs" / job).iterdir()) == [
        "poster.jpg",
        "video.mp4",
    ]
    return job


async def _check_webhook(killed: Killed, job: str, receiver: Receiver, step: Step) -> None:
    """Check that the webhook of a job was delivered, as one message with one id."""
    messages: list[Message] = await receiver.received(min(step.messages))
    sql = "SELECT id, event FROM webhook WHERE job_id = ? AND delivered_at IS NOT NULL"
    assert await asyncio.to_thread(eventually, lambda: killed.rows(sql, job))
    assert killed.rows(sql, job) == [(messages[0].headers["webhook-id"], "completed")]
    assert len(receiver.messages) in step.messages
    assert (
        len({(message.headers["webhook-id"], message.body) for message in receiver.messages}) == 1
    )
