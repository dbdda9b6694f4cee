"""Line 3: the Studio's page, on an origin of its own, in a real browser that plays the result."""

import asyncio
import base64
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from tests.harness import media
from tests.harness.browser import Chromium, Page
from tests.harness.limits import HANG_S
from tests.harness.page_origin import serve_pages
from tests.harness.server import Server
from tests.proof.conftest import FULL, Figure, StartServer

pytestmark = [pytest.mark.line(3), pytest.mark.browser]

SECONDS, FRAMES = (10, 300) if FULL else (1.5, 45)
WIDTH, HEIGHT = (1280, 720) if FULL else (64, 36)
PLANS = "free=720,premium=1080" if FULL else "free=36,premium=72"
DONE_S = HANG_S
"""Maximum time of the export; it is not a measurement."""
POLL_S = 2.0
PICTURE_ERROR = 3
"""Mean difference of two conversions from YUV to RGB, of 255; the matrix of BT.601 or full range
would be over 4."""
PAGES = Path(__file__).parents[1] / "data" / "proof"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser that asks for Russian."""
    with Chromium(tmp_path_factory.mktemp("chromium"), "ru-RU") as chromium:
        yield chromium


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server of the size of this proof."""
    folder = tmp_path_factory.mktemp("server") / "data"
    with Server(folder, PLANS=PLANS, SEGMENT_SEC="10" if FULL else "1") as server:
        yield server


@pytest.fixture
async def page(chromium: Chromium, tmp_path: Path) -> AsyncIterator[Page]:
    async with chromium.page(tmp_path) as page:
        yield page


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[str]:
    """Serve the pages and the saved videos from another origin than the server's."""
    async with serve_pages({"/pages": PAGES, "/saved": tmp_path}) as url:
        yield url


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """Write a track under a name as people give them."""
    path = tmp_path / "Моя песня (демо) 100%.wav"
    path.write_bytes(media.wav(SECONDS + 1))
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / 'обложка; "лето".jpg'
    path.write_bytes(media.photo(960, 640))
    return path


def _of(server: Server) -> str:
    return f"http://{server.client.host}:{server.client.port}"


async def _open_studio(page: Page, origin: str, server: Server) -> None:
    await page.open(f"{origin}/pages/studio.html?{urlencode({'server': _of(server)})}")


async def _export(page: Page, track: Path, photo: Path, seconds: object = SECONDS) -> None:
    """Fill the form and press its button."""
    await page.choose("#audio", track)
    await page.choose("#photo", photo)
    await page.run(f"at('duration').value = '{seconds}'")
    await page.click("#export")


@pytest.mark.fault("F16")
async def test_the_flow_of_the_studio(
    server: Server, page: Page, origin: str, track: Path, photo: Path, figure: Figure
) -> None:
    await _open_studio(page, origin, server)
    await _export(page, track, photo)
    end = "answers.at(-1)?.body.downloadUrl || at('error').textContent"
    url = await page.until(end, DONE_S)
    answers = await page.run("answers")
    assert url.startswith("/download/"), (url, page.complaints(), answers)
    saved = await page.downloaded()

    _check_answers(answers)
    polls = _check_requests(page.requests(), answers)
    job = answers[-1]["body"]
    assert saved.url == _of(server) + url
    made = datetime.fromtimestamp(job["createdAt"] / 1000, UTC)
    assert saved.name == f"toqibox-{made:%Y-%m-%d}.mp4"
    file = track.with_name(saved.name)
    assert file.stat().st_size == saved.size == job["report"]["size"]

    await page.open(f"{origin}/pages/player.html")
    here = f"{origin}/saved/{saved.name}"
    errors = [await _check_playing(page, source, file) for source in (here, saved.url)]
    await _check_audio(page, here)
    assert page.complaints() == []
    figure(
        f"{WIDTH}x{HEIGHT}, {SECONDS} s: 202, {polls} polls, {saved.name} saved and played to its "
        f"end from both origins, the last frame within {max(errors):.1f}/255 of ffmpeg's"
    )


def _check_answers(answers: list[dict[str, Any]]) -> None:
    """Check the answers to the page, from the 202 to the `downloadUrl`."""
    accepted, *states = answers
    assert accepted["status"] == 202
    assert accepted["body"]["success"] is True
    assert accepted["body"]["status"] == "queued"
    job_id = accepted["body"]["jobId"]
    assert accepted["headers"]["location"] == f"/export/{job_id}"
    assert {answer["status"] for answer in states} == {200}
    jobs = [answer["body"] for answer in states]
    assert {job["jobId"] for job in jobs} == {job_id}
    assert {job["status"] for job in jobs[:-1]} <= {"queued", "processing"}
    assert not any(job.get("downloadUrl") for job in jobs[:-1])
    progress = [job["progress"] for job in jobs]
    assert progress == sorted(progress)
    last = jobs[-1]
    assert (last["status"], last["progress"], last["plan"]) == ("completed", 100, "free")
    assert last["resolution"] == {"width": WIDTH, "height": HEIGHT}
    assert last["downloadUrl"] == f"/download/{job_id}"
    assert isinstance(last["createdAt"], int)


def _check_requests(sent: list[dict[str, Any]], answers: list[dict[str, Any]]) -> int:
    """Check that no preflight was needed and polls are two seconds apart; return their number."""
    assert {request["method"] for request in sent} == {"GET", "POST"}, sent
    polls = [request["at_s"] for request in sent if "/export/" in request["url"]]
    assert len(polls) == len(answers) - 1
    assert all(later - sooner > POLL_S - 0.05 for sooner, later in itertools.pairwise(polls))
    return len(polls)


async def _check_playing(page: Page, source: str, file: Path) -> float:
    """Play to the end; return the difference of the last frame to ffmpeg's, of 255."""
    seen = await asyncio.wait_for(page.run(f"play('{source}')"), SECONDS * 4 + 30)
    assert seen["error"] is None
    assert seen["ended"] is True, seen["events"]
    assert (seen["width"], seen["height"]) == (WIDTH, HEIGHT)
    assert seen["duration"] == pytest.approx(SECONDS, abs=0.025)
    assert seen["currentTime"] == pytest.approx(seen["duration"], abs=0.001)
    assert seen["audioBytes"] > 0
    # A busy machine may show few of the frames, but each at its time.
    index = round(seen["time"] * FRAMES / SECONDS)
    assert FRAMES // 2 < index < FRAMES
    drawn = _pixels(seen["frame"])
    assert drawn.shape == (HEIGHT, WIDTH, 3)
    assert drawn.std() > 10, "a blank picture"
    wanted = media.frames(file, WIDTH, HEIGHT)
    assert len(wanted) == FRAMES
    error = float(np.abs(drawn.astype(int) - wanted[index].astype(int)).mean())
    assert error < PICTURE_ERROR
    return error


def _pixels(data_url: str) -> np.ndarray[Any, Any]:
    content = base64.b64decode(data_url.split(",", 1)[1])
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"))


async def _check_audio(page: Page, source: str) -> None:
    decoded = await page.run(f"hear('{source}')")
    assert decoded["seconds"] == pytest.approx(SECONDS, abs=0.05)
    assert decoded["channels"] == 2
    assert decoded["highest"] > 0.3


async def test_errors_reach_the_page_in_its_own_language(
    start_server: StartServer, page: Page, origin: str, tmp_path: Path, figure: Figure
) -> None:
    server = start_server(MAX_PARALLEL_EXPORTS="0", MAX_QUEUED_EXPORTS="1", MAX_UPLOAD_MB="1")
    track, photo, text = (tmp_path / name for name in ("track.wav", "photo.jpg", "text.jpg"))
    track.write_bytes(media.wav(0.5))
    photo.write_bytes(media.photo())
    text.write_text("Здесь нет фотографии.\n" * 50, "utf-8")
    large = tmp_path / "large.wav"
    large.write_bytes(media.wav(10))
    await _open_studio(page, origin, server)
    refused = [
        await _refusal(page, 415, "unsupported_media_type", track, text),
        await _refusal(page, 413, "file_too_large", large, photo),
    ]
    server.client.submit(track, photo)
    # The queue is full before the body is read, and the page still gets the answer.
    refused.append(await _refusal(page, 429, "queue_full", large, photo))
    assert int((await page.run("answers.at(-1)"))["headers"]["retry-after"]) >= 1
    figure("; ".join(refused))


async def _refusal(page: Page, status: int, code: str, track: Path, photo: Path) -> str:
    """Export something that is refused in this way; return the sentence that the page shows."""
    await _export(page, track, photo)
    shown = str(await page.until("at('error').textContent", DONE_S))
    answer = await page.run("answers.at(-1)")
    assert (answer["status"], answer["body"]["code"]) == (status, code)
    assert (answer["body"]["success"], answer["body"]["error"]) == (False, shown)
    assert re.fullmatch(r"[А-ЯЁ][а-яё ].*\.", shown)
    return f"{status} “{shown}”"


async def test_a_page_may_read_headers_and_send_requests_with_a_preflight(
    server: Server, page: Page, origin: str
) -> None:
    job = server.client.submit(
        media.wav(0.3), media.photo(), title="Группа крови", artist="Кино", duration="0.3"
    )
    size = server.client.completed(job)["report"]["size"]
    await _open_studio(page, origin, server)
    whole = await _fetch(page, f"/download/{job}")
    assert (whole["status"], whole["size"]) == (200, size)
    part = await _fetch(page, f"/download/{job}", headers={"Range": "bytes=0-99"})
    assert (part["status"], part["size"]) == (206, 100)
    readable = {"content-disposition", "content-length", "etag", "accept-ranges"}
    assert readable <= part["headers"].keys()
    assert {request["method"] for request in page.requests()} == {"GET"}

    path = f"/export/{job}"
    extra_headers = {"Authorization": "Bearer none", "Idempotency-Key": "1"}
    assert (await _fetch(page, path, headers=extra_headers))["status"] == 200
    await page.run(f"void (location.href = server + '/download/{job}')")
    assert (await page.downloaded()).name == "Кино - Группа крови.mp4"
    assert (await _fetch(page, path, method="DELETE"))["status"] == 200
    gone = await _fetch(page, f"/download/{job}")
    assert (gone["status"], gone["code"]) == (410, "result_expired")
    # One preflight is valid for every method of the path, and for a day.
    methods = [request["method"] for request in page.requests()]
    assert (methods.count("OPTIONS"), methods.count("DELETE")) == (1, 1), methods


async def _fetch(page: Page, path: str, **options: Any) -> dict[str, Any]:
    """Return what a page can read of an answer."""
    return dict(
        await page.run(
            f"""fetch(server + "{path}", {options}).then(async (answer) => {{
                const bytes = await answer.arrayBuffer()
                const isJson = (answer.headers.get("content-type") || "").includes("json")
                const body = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : {{}}
                return {{ status: answer.status, size: bytes.byteLength, code: body.code,
                          headers: Object.fromEntries(answer.headers) }}
            }})"""
        )
    )
