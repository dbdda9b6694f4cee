"""The part of the track that the analysis selects is in the response."""

import io
import json
import wave

import numpy as np
import pytest

from tests.harness.media import photo
from tests.http.conftest import Start
from tests.http.wire import exchange, form, part, post


def _track(seconds: int) -> bytes:
    """Return noise that is loud in its second half."""
    noise = np.random.default_rng(5).standard_normal(seconds * 8_000) * 300
    noise[len(noise) // 2 :] *= 20
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(noise.astype("<i2").tobytes())
    return buffer.getvalue()


@pytest.mark.slow
async def test_the_part_is_in_the_response(start: Start) -> None:
    running = await start(max_parallel_exports=0)
    fields = [part("start", b"best"), part("duration", b"2")]
    files = [part("audio", _track(6), filename="a"), part("photo", photo(32, 24), filename="b")]
    response = await exchange(running.port, post(form(*fields, *files)), wait_s=60)
    assert response.status == 202, response.body
    job = json.loads(response.body)
    assert job["highlight"] == "best"
    assert 3.0 <= job["start"] <= 4.0
    assert 1.5 <= job["duration"] <= 2.0
    assert job["frames"]["total"] == round(job["duration"] * job["fps"])


@pytest.mark.parametrize(
    ("fields", "reason_text"),
    [
        ({"start": "drop"}, "need a length"),
        ({"start": "loudest", "duration": "4"}, "or drop or best"),
        ({"start": "Best", "duration": "4"}, "or drop or best"),
    ],
)
async def test_an_invalid_part_is_refused_with_its_reason(
    start: Start, fields: dict[str, str], reason_text: str
) -> None:
    running = await start(max_parallel_exports=0)
    texts = [part(name, text.encode()) for name, text in fields.items()]
    files = [part("audio", b"RIFF", filename="a"), part("photo", b"x", filename="b")]
    response = await exchange(running.port, post(form(*texts, *files)))
    payload = json.loads(response.body)
    assert (response.status, payload["code"], payload["field"]) == (
        422,
        "invalid_parameter",
        "start",
    )
    assert reason_text in payload["error"]
