"""Line 9: no upload, effect or webhook makes the server read a file or contact an address."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path

import pytest

from tests.harness import lures, media, traps
from tests.harness.client import Answer, form
from tests.harness.server import SMALL, eventually
from tests.harness.traced import TracedServer
from tests.harness.webhook_receiver import SECRET
from tests.proof.conftest import FULL, Figure

pytestmark = pytest.mark.line(9)

_AT_ONCE = 2


class Lured:
    """A server, a file and an address that it must not touch, and the video of another's job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trap = traps.Trap(folder / "canary-93d1f0")
        shaders = folder / "shaders"
        shaders.mkdir()
        (shaders / "link.png").symlink_to(self.trap.canary)
        (shaders / "link.glsl").symlink_to(self.trap.canary)
        self.effects = lures.effects(self.trap)
        for name, text in self.effects.items():
            (shaders / name).write_text(text)
        self.server = TracedServer(
            folder / "data", SHADERS_DIR=f"{shaders}:{SMALL['SHADERS_DIR']}", WEBHOOK_SECRET=SECRET
        )
        self.began = 0.0

    def begin(self) -> None:
        """Make another's video, of which the uploads from now on know the path."""
        client = self.server.client
        job = client.submit(media.wav(0.2), media.photo(), effect="plain")
        client.completed(job)
        self.video = self.server.data / "jobs" / job / "video.mp4"
        self.other = copy(self.trap)
        self.other.canary = self.video
        self.began = time.time()

    def post(self, path: str, **parts: str | bytes) -> Answer:
        body, kind = form({**parts})
        return self.server.client.call("POST", path, body, {"Content-Type": kind})

    def assert_untouched(self) -> None:
        """Check every file that was opened, and every address, since the beginning."""
        assert eventually(lambda: not self.server.descendants("worker"))
        calls = self.server.calls(self.began)
        assert any("/spool/" in call for call in calls), "nothing was traced"
        assert self.trap.traces(calls) == []
        assert [call for call in calls if str(self.video) in call] == []
        assert not self.trap.sprung
        assert [call for call in calls if "AF_INET" in call] == []


@pytest.fixture(name="lured", scope="module")
def _lured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lured]:
    lured = Lured(tmp_path_factory.mktemp("lured"))
    with lured.trap.listener, lured.server:
        lured.begin()
        yield lured


def _assert_expected(name: str, answer: Answer) -> None:
    code = answer.json.get("code") if answer.headers["content-type"].startswith("appl") else None
    assert answer.status < 500 or code == "not_ready", (name, answer)
    assert code != "internal", (name, answer)


def test_no_upload_makes_the_server_read_or_contact_another(
    lured: Lured, tmp_path: Path, figure: Figure
) -> None:
    track, photo = media.wav(0.2), media.photo()
    sent: list[tuple[str, str, dict[str, str | bytes]]] = []
    for trap in (lured.trap, lured.other) if FULL else (lured.trap,):
        for name, audio in lures.tracks(trap, tmp_path).items():
            # Without a photo: the cover of the track is used.
            sent.append((name, "/export", {"audio": audio, "effect": "plain"}))
            sent.append((name, "/tracks", {"audio": audio}))
    for trap in (lured.trap, lured.other) if FULL else (lured.other,):
        for name, image in lures.photos(trap).items():
            sent.append((name, "/export", {"audio": track, "photo": image, "effect": "plain"}))
            sent.append((name, "/photos", {"photo": image}))
    if not FULL:
        sent = [item for at, item in enumerate(sent) if at % 2 == at // 2 % 2]  # each lure once
    sent += [
        (url, "/export", {"audio": track, "photo": photo, "effect": "plain", "webhook": url})
        for url in lures.webhooks(lured.trap)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(lambda item: lured.post(item[1], **item[2]), sent))
    for (name, path, _), answer in zip(sent, answers, strict=True):
        _assert_expected(f"{name} to {path}", answer)
    accepted = [answer.json["jobId"] for answer in answers if answer.status == 202]
    for job in accepted:
        lured.server.client.completed(job)
    lured.assert_untouched()
    figure(f"{len(sent)} uploads, {len(accepted)} of them accepted: nothing opened or contacted")


def test_no_effect_makes_the_server_read_or_contact_another(lured: Lured, figure: Figure) -> None:
    track, photo = media.wav(0.2), media.photo()

    def show(name: str) -> Answer:
        effect = Path(name).stem
        size = {"width": "64", "height": "36", "frame": "0"}
        return lured.post("/preview", audio=track, photo=photo, effect=effect, **size)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(lured.effects, pool.map(show, lured.effects), strict=True))
    for name, answer in answers.items():
        _assert_expected(name, answer)
    listed = lured.server.client.call("GET", "/effects?all=1")
    assert {Path(name).stem for name in lured.effects} <= {
        effect["id"] for effect in listed.json["effects"]
    }
    lured.assert_untouched()
    figure(f"{len(answers)} effects: nothing opened or contacted")
