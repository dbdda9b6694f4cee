"""Sources of clients that hang, or take too much processor time, in previews."""

from typing import Any

import pytest

from server.jobs.model.requested_effect import source_digest
from server.jobs.previews import custom_limits, previews
from tests.harness.limits import HANG_S
from tests.http.conftest import Running, Start
from tests.http.previews import add_samples, preview, workers
from tests.http.sources import LIMITS, ask, refusal, source, with_real_machine
from tests.http.wire import exchange, part

MACROS = "#define S x = sin(x * 1.7 + 0.1);\n#define T S S S S S S S S S S S S S S S S S S S S\n"
LATE = (
    f"{MACROS}void mainImage(out vec4 c, in vec2 p) {{\n    float x = 0.1;\n"
    "    if (iResolution.x > 100.0) for (int i = 0; i < 60000; i++) { T T T T T T T T T T }\n"
    "    c = vec4(x);\n}\n"
)
"""Quick in the frames of a validation, and slow in larger ones."""
COSTLY = """/*{"ISFVSN": "2", "INPUTS": [
    {"NAME": "rounds", "TYPE": "float", "MIN": 0.0, "MAX": 30000.0, "DEFAULT": 0.0}]}*/
#define S x = sin(x * 1.7 + 0.1);
#define T S S S S S S S S S S S S S S S S S S S S
void main() {
    float x = 0.1;
    for (int i = 0; i < int(rounds); i++) { T T T T T T T T T T }
    gl_FragColor = vec4(x);
}
"""
"""Quick with its defaults."""
LATER = (
    '/*{"ISFVSN": "2", "PASSES": [{"TARGET": "past", "PERSISTENT": true}, {}]}*/\n'
    f"{MACROS}void main() {{\n    float x = 0.1;\n"
    "    if (FRAMEINDEX > 15) for (int i = 0; i < 600000; i++) { T }\n"
    "    vec4 before = IMG_NORM_PIXEL(past, isf_FragNormCoord);\n"
    "    gl_FragColor = 0.5 * before + vec4(isf_FragNormCoord, x, 1.0);\n}\n"
)
"""Each frame needs the one before it. The first 16 are quick, among them those of a validation."""


@pytest.mark.slow
async def test_a_preview_that_hangs_puts_its_source_in_quarantine(
    start: Start, media: tuple[bytes, bytes]
) -> None:
    plans = {"free": 144}
    server = await start(LIMITS, allow_custom_shaders=True, stall_timeout_ms=200, plans=plans)
    running = await with_real_machine(server)
    add_samples(running, media)
    size = (part("width", "256"), part("height", "144"))
    for _ in range(2):
        request = preview(source(LATE), *size)
        response = await exchange(running.port, request, wait_s=HANG_S)
        assert refusal(response) == (422, "shader_rejected", "effect")
        assert "until it is changed" in response.json["error"]
    assert await running.service.store.quarantine.holds_any([source_digest(LATE)])
    assert await running.until(lambda: not workers())


@pytest.mark.slow
async def test_a_preview_that_takes_too_much_processor_time_is_not_tried_again(
    start: Start, media: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler optimises for previews, and hardly at all for the validation before them."""
    monkeypatch.setattr(custom_limits, "_COMPILE_S", 1.0)
    monkeypatch.setattr(previews, "_DRAW_S", HANG_S)
    running = await with_real_machine(
        await start(LIMITS, allow_custom_shaders=True, plans={"free": 144})
    )
    add_samples(running, media)
    large = preview(source(LATE), part("width", "256"), part("height", "144"))
    refused = await exchange(running.port, large, wait_s=HANG_S)
    assert refusal(refused) == (422, "shader_rejected", "effect")
    assert "takes too much processor time" in refused.json["error"]
    assert await running.until(lambda: not workers())
    with monkeypatch.context() as without_places:
        without_places.setattr(running.service.previews, "slots", None)
        again = await exchange(running.port, large, wait_s=HANG_S)
    assert again.json["error"] == refused.json["error"]
    monkeypatch.setattr(custom_limits, "_COMPILE_S", HANG_S)
    assert (await ask(running, source(LATE))).status == 200  # in a smaller frame
    assert await running.service.store.quarantine.list_all() == []  # a job has more time


@pytest.mark.slow
async def test_a_frame_that_needs_too_many_before_it_leaves_earlier_ones_alone(
    custom: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_limits, "_COMPILE_S", 1.0)
    monkeypatch.setattr(previews, "_DRAW_S", HANG_S)
    draw = custom.service.previews.slots.run
    drawn = []

    async def count(key: str, *args: Any, **options: Any) -> Any:
        drawn.append(key)
        return await draw(key, *args, **options)

    monkeypatch.setattr(custom.service.previews.slots, "run", count)
    for frame in ("20", "20", "25"):
        refused = await ask(custom, source(LATER), part("frame", frame))
        assert refusal(refused) == (422, "shader_rejected", "effect")
        assert "takes too much processor time" in refused.json["error"]
    assert len(drawn) == 1
    monkeypatch.setattr(custom_limits, "_COMPILE_S", HANG_S)
    assert (await ask(custom, source(LATER), part("frame", "3"))).status == 200


@pytest.mark.slow
async def test_params_that_make_a_source_too_slow_are_refused_without_it(
    custom: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Costs are measured with the defaults: params have the limit of the worker alone."""
    monkeypatch.setattr(custom_limits, "_COMPILE_S", 2.0)
    monkeypatch.setattr(previews, "_DRAW_S", HANG_S)
    params = part("params", '{"rounds": 30000.0}')
    for _ in range(2):
        refused = await ask(custom, source(COSTLY), params)
        assert refusal(refused) == (422, "shader_rejected", "effect")
        assert "takes too much processor time" in refused.json["error"]
    assert (await ask(custom, source(COSTLY))).status == 200
