"""Line 9: no upload, effect or webhook makes the server read a file or contact an address.

Effects are those of a folder, and sources that requests bring.
"""

import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path

import pytest

from tests.harness import lures, media, source_lures, traps
from tests.harness.client import Answer, form
from tests.harness.server import SMALL, eventually
from tests.harness.traced import TracedServer
from tests.harness.webhook_receiver import SECRET
from tests.proof.conftest import FULL, Figure

pytestmark = pytest.mark.line(9)

_AT_ONCE = 2
_FRAME = {"width": "64", "height": "36", "frame": "0"}
_EVERY = 1 if FULL else 5
"""Number of sources of which one is sent."""


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
            folder / "data",
            SHADERS_DIR=f"{shaders}:{SMALL['SHADERS_DIR']}",
            WEBHOOK_SECRET=SECRET,
            ALLOW_CUSTOM_SHADERS="1",
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


@pytest.mark.fault("A14", "A15", "B07", "E17", "F01")
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


def _show(lured: Lured, name: str, effect: str) -> Answer:
    """Return the preview of an effect, or why it is refused, once the server takes it."""
    files = {"audio": media.wav(0.2), "photo": media.photo(), "photo2": media.photo(seed=1)}
    answers: list[Answer] = []

    def is_taken() -> bool:
        # The newest preview of a session ends the one before it.
        path = f"/preview?session={zlib.crc32(name.encode())}"
        answers.append(lured.post(path, **files, effect=effect, **_FRAME))
        _assert_expected(name, answers[-1])
        return answers[-1].status not in (429, 503)

    assert eventually(is_taken, every_s=1.0), (name, answers[-1])
    assert answers[-1].status in (200, 422), (name, answers[-1])
    return answers[-1]


@pytest.mark.fault("G05")
def test_no_effect_makes_the_server_read_or_contact_another(lured: Lured, figure: Figure) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        shown = pool.map(lambda name: _show(lured, name, Path(name).stem), lured.effects)
        drawn = [answer for answer in shown if answer.status == 200]
    listed = lured.server.client.call("GET", "/effects?all=1")
    assert {Path(name).stem for name in lured.effects} <= {
        effect["id"] for effect in listed.json["effects"]
    }
    lured.assert_untouched()
    figure(f"{len(lured.effects)} effects, {len(drawn)} drawn: nothing opened or contacted")


@pytest.mark.fault("G05")
def test_no_source_makes_the_server_read_or_contact_another(lured: Lured, figure: Figure) -> None:
    files = {"audio": media.wav(0.2), "photo": media.photo(), "photo2": media.photo(seed=1)}
    by_trap = (lured.trap, lured.other) if FULL else (lured.trap,)
    sent = [item for trap in by_trap for item in source_lures.fields(source_lures.sources(trap))]
    sent = sent[::_EVERY]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        shown = list(pool.map(lambda item: _show(lured, *item), sent))
    drawn = [
        effect for (_, effect), answer in zip(sent, shown, strict=True) if answer.status == 200
    ]
    assert drawn
    for effect in drawn:
        accepted = lured.post("/export", **files, effect=effect)
        assert accepted.status == 202, accepted
        lured.server.client.completed(accepted.json["jobId"])
    lured.assert_untouched()
    figure(f"{len(sent)} sources, {len(drawn)} drawn: nothing opened or contacted")
