"""Presets over HTTP: the listing, and a job that keeps the chain it was accepted with."""

import json
from pathlib import Path
from typing import Any

from tests.harness import media
from tests.http.conftest import Start
from tests.http.wire import FORM, ask, form, head, part, post

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
    answer = await ask(running.port, head("GET /presets"))
    rows = {row["id"]: row for row in answer.json["presets"]}
    assert len(rows) == 11
    assert rows["mine"] == {"id": "mine", **MINE, "fit": None, "aspects": {}}
    known = f"If-None-Match: {answer.headers['etag']}"
    assert (await ask(running.port, head("GET /presets", known))).status == 304
    everything = await ask(running.port, head("GET /presets?all=1", "Accept-Language: ru"))
    bad = next(row for row in everything.json["presets"] if row["id"] == "bad")
    assert (bad["file"], bad["code"], bad["field"]) == ("bad.json", "invalid_parameter", "chain")
    assert "от 1 до 8" in bad["error"]
    wrong = await ask(running.port, head("GET /presets?genre=trap"))
    assert (wrong.status, wrong.code) == (422, "invalid_parameter")


async def test_a_job_keeps_the_chain_when_the_preset_changes(start: Start, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(MINE))
    running = await start(presets_dirs=(tmp_path,))
    sent = form(part("preset", "mine"), *FILES)
    answer = await ask(running.port, post(sent), wait_s=30)
    assert answer.status == 202, answer.body
    assert (answer.json["preset"], answer.json["effect"]) == ("mine", ["spin", "vignette"])
    (tmp_path / "mine.json").unlink()
    job = running.service.get(answer.json["jobId"])
    assert job is not None
    assert [(row["id"], row["params"]) for row in job.spec.effects] == [
        ("spin", {"speed": 0.5}),
        ("vignette", {}),
    ]
    assert (await ask(running.port, post(sent), wait_s=30)).status == 422


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
        answer = await ask(running.port, large + b"".join(parts) + FILES[0][:40])
        assert (answer.status, answer.code) == (422, "invalid_parameter"), answer.body
        assert answer.json["field"] == field
    assert await running.spool_is_empty()
