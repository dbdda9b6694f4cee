"""The facts that the browser's modules repeat are those of the server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.audio.spectrum import analyser_node, log_bands
from server.effects.model import feature, safe_area, size_expression
from server.jobs.submission import chain, fields
from server.protocol import scene
from server.render.effect import targets
from server.render.gl import memory_budget
from server.render.textures import audio, photo_fit

WEB = Path(__file__).parents[2] / "server" / "web"

FACTS: dict[tuple[str, str], Any] = {
    ("player/animation/event_envelopes.js", "FAR_S"): feature.FAR_S,
    ("player/animation/event_envelopes.js", "PULSE_DECAY_S"): feature.PULSE_DECAY_S,
    ("player/animation/event_envelopes.js", "PULSE_DECAYS_S"): feature.PULSE_DECAYS_S,
    ("player/audio_features.js", "STEPS_PER_S"): analyser_node.STEPS_PER_S,
    ("player/sizes/safe_area.js", "PORTRAIT_MARGINS"): safe_area.PORTRAIT_MARGINS,
    ("player/sizes/size_expression.js", "MAX_DEPTH"): size_expression._MAX_DEPTH,
    ("player/sizes/size_expression.js", "MAX_LENGTH"): size_expression._MAX_LENGTH,
    ("player/targets.js", "CUBE_EDGE"): targets.CUBE_EDGE,
    ("player/targets.js", "MAX_BYTES"): memory_budget.MAX_BYTES,
    ("player/textures/audio_history.js", "SAMPLE_RATE"): analyser_node.RATE,
    ("player/textures/audio_history.js", "STEPS_PER_S"): analyser_node.STEPS_PER_S,
    ("player/textures/audio_texture.js", "BAND_COUNT"): log_bands.BAND_COUNT,
    ("player/textures/audio_texture.js", "BINS"): analyser_node.BINS,
    ("player/textures/audio_texture.js", "METER_WIDTH"): audio._METER_WIDTH,
    ("player/textures/audio_texture.js", "SAMPLES"): analyser_node.SIZE,
    ("player/textures/photo_fit.js", "BACKDROP_BRIGHTNESS"): photo_fit._BACKDROP_BRIGHTNESS,
    ("player/textures/photo_fit.js", "DEFAULT_FIT"): scene.DEFAULT_FIT,
    ("player/textures/photo_fit.js", "FITS"): scene.FITS,
    ("player/textures/photo_fit.js", "MAX_CROP_RATIO"): photo_fit._MAX_CROP_RATIO,
    ("player/textures/photo_fit.js", "TOP_CROP"): photo_fit._TOP_CROP,
    ("watch/export/tuned_values.js", "ASPECTS"): fields.ASPECTS.values(),
    ("watch/export/tuned_values.js", "DEFAULT_ASPECT"): chain.DEFAULT_ASPECT,
}
"""(module, constant) → the value of the server."""


@pytest.mark.parametrize(("module", "name"), FACTS)
def test_a_constant_of_the_browser_is_the_servers(module: str, name: str) -> None:
    expected = FACTS[module, name]
    if not isinstance(expected, (str, dict, int, float)):
        expected = [list(item) if isinstance(item, tuple) else item for item in expected]
    assert _constant(module, name) == expected


def _constant(module: str, name: str) -> Any:
    """Return the value of a constant: JSON but for bare keys, trailing commas, powers and `*`."""
    text = (WEB / module).read_text("utf-8")
    match = re.search(rf"^(?:export )?const {name} = ([^;]+);$", text, re.MULTILINE)
    assert match, f"{module} has no constant {name}"
    value = re.sub(r"([A-Za-z_]\w*):", r'"\1":', re.sub(r",(?=\s*[\]}])", "", match[1]))
    if product := re.fullmatch(r"(\d+) \* 2 \*\* (\d+)", value):
        return int(product[1]) << int(product[2])
    return json.loads(value)
