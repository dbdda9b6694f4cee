"""The checks of what tests/data/client/walk.js returns, in Node and in a browser."""

import re
from pathlib import Path
from typing import Any

from tests.harness import media
from tests.harness.server import Server

FRAMES = 15
SIZES = [(64, 36), (36, 64)]


def check_walk(result: dict[str, Any], server: Server, folder: Path) -> None:
    """Check everything that the walk has seen, and its videos.

    Args:
        result: of the walk.
        server: that it was made with.
        folder: takes the videos.
    """
    shares = result["shares"]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert (result["cut"]["start"], result["cut"]["duration"]) == (0.25, 0.5)
    assert result["previews"] == [["image/png", True]] * 3
    assert (result["ids"], result["listed"]) == ([True, True], [True, True])
    assert result["cancelled"]["status"] == "cancelled"
    _check_histories(result["histories"])
    _check_errors(result["errors"])
    for (width, height), url in zip(SIZES, result["videos"], strict=True):
        answer = server.client.call("GET", url.removeprefix(_origin(server)))
        video = folder / f"{width}.mp4"
        video.write_bytes(answer.body)
        check_video(video, width, height)


def check_video(video: Path, width: int, height: int) -> None:
    contents = media.contents(video)
    [picture] = [each for each in contents["streams"] if each["codec_type"] == "video"]
    assert (picture["width"], picture["height"]) == (width, height)
    assert int(picture["nb_read_packets"]) == FRAMES
    assert {each["codec_type"] for each in contents["streams"]} == {"video", "audio"}


def _origin(server: Server) -> str:
    return f"http://{server.client.host}:{server.client.port}"


def _check_histories(histories: list[list[dict[str, Any]]]) -> None:
    for history in histories:
        assert history[-1]["status"] == "completed"
        assert {now["status"] for now in history[:-1]} <= {"queued", "processing"}
        progress = [now["progress"] for now in history]
        assert progress == sorted(progress)
    assert [history[-1]["aspect"] for history in histories] == ["16:9", "9:16"]


def _check_errors(errors: list[dict[str, Any]]) -> None:
    unknown_param, no_job, no_video, no_audio = errors
    assert all(error["isOurs"] for error in errors)
    facts = [(each["code"], each["field"], each["status"]) for each in errors]
    assert facts == [
        ("invalid_parameter", "params.none", 422),
        ("not_found", None, 404),
        ("result_not_ready", None, 409),
        ("unsupported_media_type", "audio", 415),
    ]
    assert [each["retryable"] for each in errors] == [False] * 4
    for error in (unknown_param, no_job, no_audio):
        assert re.fullmatch(r"[0-9a-f]{16}", error["requestId"])
        assert re.search(r"[а-яё]", error["message"])
    assert no_video["requestId"] is None
