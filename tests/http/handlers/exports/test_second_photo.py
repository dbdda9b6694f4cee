"""The second photo: required by a transition, and not used by an effect that shows one."""

import pytest

from tests.harness import media
from tests.http.conftest import Running
from tests.http.wire import exchange, form, head, part, post

AUDIO, PHOTO = (
    part("audio", b"RIFF", filename="a.wav"),
    part("photo", b"\xff\xd8", filename="p.jpg"),
)


@pytest.mark.fault("B17")
async def test_a_transition_requires_a_second_photo(running: Running) -> None:
    lone = await exchange(running.port, post(form(part("effect", "dissolve"), AUDIO, PHOTO)))
    assert (lone.status, lone.code, lone.json["field"]) == (400, "missing_field", "photo2")
    assert lone.json["error"] == "The field “Second photo” is missing."
    assert await running.spool_is_empty()


@pytest.mark.fault("B17")
async def test_a_second_photo_that_is_not_shown_is_accepted_with_a_warning(
    running: Running,
) -> None:
    files = part("audio", media.wav(0.2)), part("photo", media.photo())
    sent = form(part("effect", "ring"), *files, part("photo2", b"no picture"))
    accepted = await exchange(running.port, post(sent, "Accept-Language: ru"), wait_s=30)
    assert accepted.status == 202, accepted.body
    job = await exchange(running.port, head(f"GET /export/{accepted.json['jobId']}"))
    for shown, sentence in (
        (accepted, "«Второе фото» не используется: этот эффект показывает одно фото."),
        (job, "“Second photo” is not used: this effect shows a single photo."),
    ):
        assert shown.json["warnings"] == [
            {"code": "photo2_not_shown", "field": "photo2", "error": sentence}
        ]


async def test_an_invalid_second_photo_is_named(running: Running) -> None:
    photos = part("photo", media.photo()), part("photo2", b"no picture")
    sent = form(part("effect", "dissolve"), part("audio", media.wav(0.2)), *photos)
    response = await exchange(running.port, post(sent), wait_s=30)
    assert (response.status, response.code) == (415, "unsupported_media_type")
    assert response.json["field"] == "photo2"
