"""Presets over HTTP: the listing, and a job that keeps the chain it was accepted with."""

import json
from pathlib import Path
from typing import Any

from tests.harness import media
from tests.http.conftest import Start
from tests.http.wire import FORM, exchange, form, head, part, post

MINE: dict[str, Any] = {
    "title": "Mine",
    "description": "A look.",
    "genres": ["trap"],
    "chain": [{"id": "spin", "params": {"speed": 0.5}}, {"id": "vignette", "params": {}}],
}
FILES = part("audio", media.wav(0.2)), part("photo", media.photo())


async def test_presets_are_listed_and_broken_ones_on_request(start: Start, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(MINE))
    (tmp_path / "bad.json").write_text(json.dumps({**MINE, "chain": [{"id": "spin"}] * 9}))
    running = await start(presets_dirs=(tmp_path,))
    response = await exchange(running.port, head("GET /presets"))
    entries = {entry["id"]: entry for entry in response.json["presets"]}
    assert len(entries) == 11
    assert entries["mine"] == {"id": "mine", **MINE, "fit": None, "aspects": {}}
    known = f"If-None-Match: {response.headers['etag']}"
    assert (await exchange(running.port, head("GET /presets", known))).status == 304
    all_files = await exchange(running.port, head("GET /presets?all=1", "Accept-Language: ru"))
    bad = next(entry for entry in all_files.json["presets"] if entry["id"] == "bad")
    assert (bad["file"], bad["code"], bad["field"]) == ("bad.json", "invalid_parameter", "chain")
    assert "от 1 до 8" in bad["error"]
    wrong = await exchange(running.port, head("GET /presets?genre=trap"))
    assert (wrong.status, wrong.code) == (422, "invalid_parameter")


async def test_a_job_keeps_the_chain_when_the_preset_changes(start: Start, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(MINE))
    running = await start(presets_dirs=(tmp_path,))
    sent = form(part("preset", "mine"), *FILES)
    response = await exchange(running.port, post(sent), wait_s=30)
    assert response.status == 202, response.body
    assert (response.json["preset"], response.json["effect"]) == ("mine", ["spin", "vignette"])
    (tmp_path / "mine.json").unlink()
    job = await running.service.store.jobs.get(response.json["jobId"])
    assert job is not None
    assert [(effect.id, effect.params) for effect in job.spec.effects] == [
        ("spin", {"speed": 0.5}),
        ("vignette", {}),
    ]
    assert (await exchange(running.port, post(sent), wait_s=30)).status == 422


async def test_a_wrong_preset_is_refused_before_the_files(start: Start) -> None:
    running = await start()
    for parts, field in (
        ([part("preset", "no-such-look")], "preset"),
        ([part("preset", "still-water"), part("effect", "spin")], "effect"),
        ([part("effect", "spin"), part("preset", "still-water")], "effect"),
        ([part("preset", "still-water"), part("params", "{}")], "params"),
        ([part("preset", "a\tb")], "preset"),
    ):
        # Of a body of over a megabyte only these fields are ever sent.
        large = head("POST /export", f"Content-Type: {FORM}", "Content-Length: 1500000")
        response = await exchange(running.port, large + b"".join(parts) + FILES[0][:40])
        assert (response.status, response.code) == (422, "invalid_parameter"), response.body
        assert response.json["field"] == field
    assert await running.spool_is_empty()
