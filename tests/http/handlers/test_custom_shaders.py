"""Effects whose source is in the request: refused or drawn by real workers, exactly."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from server.config import Config
from server.http.limits import HttpLimits
from server.jobs.model.requested_effect import source_digest
from tests.effects.budget.test_budget_check import IMPORTED
from tests.harness.limits import HANG_S
from tests.hostile.shaders import FILES
from tests.http.conftest import Keyed, Running, StartKeyed
from tests.http.handlers.test_previews import export_frame
from tests.http.previews import pixels_of, preview, workers
from tests.http.sources import LIMITS, PLAIN, ask, refusal, source, with_real_machine
from tests.http.wire import Response, exchange, form, head, part, post

RAMP = """/*{"ISFVSN": "2", "TITLE": "Ramp", "PREMIUM": true, "INPUTS": [
    {"NAME": "blue", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0}]}*/
void main() {
    gl_FragColor = vec4(floor(gl_FragCoord.x) / 255.0, floor(gl_FragCoord.y) / 255.0, blue, 1.0);
}
"""
TOY = "void mainImage(out vec4 c, in vec2 p) { c = vec4(0.2, 0.4, 0.6, 1.0); }\n"


async def test_a_server_takes_effects_by_id_unless_a_setting_allows_more(running: Running) -> None:
    for effect in ({"source": PLAIN}, [{"id": "breathe"}, {"source": PLAIN}]):
        place = "effect[1]" if isinstance(effect, list) else "effect"
        field = part("effect", json.dumps(effect))
        for request in (post(form(field)), preview(field)):
            response = await exchange(running.port, request)
            assert refusal(response) == (422, "invalid_parameter", place)
            assert "takes effects by their ids only" in response.json["error"]


@pytest.mark.slow
@pytest.mark.parametrize("text", [RAMP, TOY, PLAIN])
async def test_a_source_is_drawn_exactly(custom: Running, text: str) -> None:
    pixels = pixels_of(await ask(custom, source(text)))
    expected = np.empty((36, 64, 4), np.uint8)
    expected[:] = (51, 102, 153, 255)
    if text == RAMP:
        expected[..., 0], expected[..., 1] = np.arange(64), np.arange(35, -1, -1)[:, None]
        expected[..., 2] = 0
    assert np.array_equal(pixels, expected)


@pytest.mark.slow
async def test_params_and_chains_take_sources(custom: Running) -> None:
    alone = pixels_of(await ask(custom, source(RAMP), part("params", '{"blue": 1.0}')))
    chain = [{"source": TOY}, {"source": RAMP, "params": {"blue": 1.0}}]
    chained = pixels_of(await ask(custom, part("effect", json.dumps(chain))))
    assert (alone[..., 2] == 255).all()
    assert np.array_equal(alone, chained)
    unknown = await ask(custom, source(RAMP), part("params", '{"green": 1.0}'))
    assert refusal(unknown) == (422, "invalid_parameter", "params.green")


@pytest.mark.slow
async def test_a_preview_worker_that_drew_a_source_draws_nothing_else(custom: Running) -> None:
    assert (await ask(custom, source(PLAIN))).status == 200

    assert await custom.until(lambda: not workers())


@pytest.mark.parametrize(
    ("effect", "field", "message_text"),
    [
        ({"source": 1}, "effect.source", "must be the text of a shader"),
        ({"source": "  \n"}, "effect.source", "must be the text of a shader"),
        ({"source": "ж" * 32_769}, "effect.source", "must have at most 65536 bytes"),
        ({"source": PLAIN, "id": "breathe"}, "effect.id", "must be one of source"),
        ({"source": PLAIN, "params": {}}, "effect.params", "must be one of source"),
        ([{"source": PLAIN, "vertex": ""}], "effect[0].vertex", "must be one of source, params"),
        ([{"source": PLAIN, "params": []}], "effect[0].params", "must be a JSON object"),
        ({"text": PLAIN}, "effect", "list of 1 to 8 effects"),
    ],
)
async def test_a_source_of_the_wrong_form(
    custom: Running, effect: object, field: str, message_text: str
) -> None:
    response = await ask(custom, part("effect", json.dumps(effect)))
    assert refusal(response) == (422, "invalid_parameter", field)
    assert message_text in response.json["error"]


def _first(response: Response) -> Mapping[str, Any]:
    diagnostics = response.json["diagnostics"]
    assert isinstance(diagnostics, list)
    return dict(diagnostics[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code", "line", "column", "message_text"),
    [
        (PLAIN.replace("0.2", "speed"), "shader_compile_failed", 1, 35, "speed"),
        ("float x;\n", "shader_compile_failed", 1, 1, "main, mainImage, transition"),
        (FILES["bomb_macros.fs"].text, "shader_rejected", 10, 1, "macros are expanded"),
        (FILES["bomb_arrays.fs"].text, "shader_rejected", 2, 1, "this array is too large"),
        (FILES["endless.fs"].text, "shader_rejected", 2, 31, "this loop does not end"),
        (IMPORTED, "shader_rejected", 2, 1, "a source is sent without any"),
        (FILES["include.frag"].text, "shader_compile_failed", 1, None, "does not exist"),
        (FILES["target.fs"].text, "shader_rejected", None, None, "MiB are allowed"),
    ],
)  # fmt: skip
async def test_a_source_that_is_refused_has_the_place_of_the_fault(
    custom: Running, text: str, code: str, line: int | None, column: int | None, message_text: str
) -> None:
    response = await ask(custom, source(text))
    assert refusal(response) == (422, code, "effect")
    entry = _first(response)
    assert message_text in entry["message"]
    assert (entry["file"], entry["line"]) == ("source", line)
    assert column is None or entry["column"] == column
    assert "etc/passwd" not in response.json["error"]
    assert await custom.spool_is_empty()


@pytest.mark.slow
async def test_an_export_of_a_source_can_be_made_again(
    custom: Running, media: tuple[bytes, bytes]
) -> None:
    files = [part("audio", media[0], filename="a"), part("photo", media[1], filename="p")]
    fields = [source(RAMP), part("params", '{"blue": 0.2}'), part("duration", "0.2")]
    drawn = await export_frame(custom, 1, *fields, *files)
    assert (drawn[..., 2] == 51).all()
    accepted = await exchange(custom.port, post(form(*fields, *files)), wait_s=HANG_S)
    job = accepted.json
    digest = source_digest(RAMP)
    entry = {"id": f"custom-{digest[:12]}", "params": {"blue": 0.2}}
    assert job["effect"] == entry["id"]
    assert job["chain"] == [{**entry, "title": "Ramp", "sha256": digest}]
    chain = (await exchange(custom.port, head(f"GET /export/{job['jobId']}/chain"))).json["chain"]
    assert chain == [{"source": RAMP, "params": {"blue": 0.2}}]
    again = [part("effect", json.dumps(chain)), part("duration", "0.2")]
    assert np.array_equal(await export_frame(custom, 1, *again, *files), drawn)
    stored = await custom.service.store.jobs.get(str(job["jobId"]))
    assert stored is not None
    assert stored.spec.workload.effect == "custom"


async def test_the_chain_of_a_job_of_the_library(running: Running) -> None:
    job = await running.add_job()
    answer = await exchange(running.port, head(f"GET /export/{job.id}/chain"))
    assert answer.json == {"chain": [{"id": "breathe", "params": {}}]}


@pytest.mark.slow
async def test_a_source_in_quarantine_is_refused_until_it_is_changed(custom: Running) -> None:
    await custom.service.store.quarantine.add(source_digest(TOY), "render_stalled", 1)
    response = await ask(custom, source(TOY))
    assert refusal(response) == (422, "shader_rejected", "effect")
    assert "has hung or crashed the renderer before" in response.json["error"]
    assert "diagnostics" not in response.json
    changed = await ask(custom, source(TOY + "// changed"))
    assert changed.status == 200


async def test_a_key_sends_sources_only_if_it_may(
    start_keyed: StartKeyed, media: tuple[bytes, bytes]
) -> None:
    keyed: Keyed = await start_keyed(
        own={"customShaders": True}, allow_custom_shaders=True, limits=LIMITS
    )
    await with_real_machine(keyed.running)
    parts = (source(PLAIN), part("duration", "0.2"))
    files = [part("audio", media[0], filename="a"), part("photo", media[1], filename="p")]
    assert (await keyed.submit("own", *parts, *files)).status == 202
    refused = await keyed.submit("premium", *parts, *files)
    assert refusal(refused) == (403, "effect_not_allowed", "effect")
    assert "your own source" in refused.json["error"]


def test_a_form_has_room_for_sources_only_where_they_are_taken() -> None:
    for allowed, size in ((False, 65_536), (True, 262_144)):
        config = Config(allow_custom_shaders=allowed)
        assert HttpLimits.from_config(config).field_bytes == size
