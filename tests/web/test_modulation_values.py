"""The modulations of a request give the same frames in the browser."""

import json
from typing import Any

import numpy as np
import pytest

from server.effects.dialects import load
from server.protocol.scene import EffectInstance
from server.render.gl.context import Context
from tests.web.conftest import PlayerPage, SceneFiles

pytestmark = pytest.mark.browser

FRAMES = [0, 5, 14, 15, 18, 29, 30, 36, 47, 60, 71]
HEADER = {
    "INPUTS": [
        {"NAME": "size", "TYPE": "float", "MIN": 0, "MAX": 1},
        {"NAME": "on", "TYPE": "bool", "DEFAULT": False},
        {"NAME": "hit", "TYPE": "event"},
        {"NAME": "mode", "TYPE": "long", "VALUES": [3, 1, 2], "LABELS": ["a", "b", "c"]},
        {"NAME": "at", "TYPE": "point2D", "MIN": [0, 0], "MAX": [1, 1]},
        {"NAME": "tint", "TYPE": "color"},
    ]
}
BODY = """
void main() {
    float x = gl_FragCoord.x;
    vec3 whole = vec3(float(on), float(hit), float(mode) / 3.0);
    vec3 left = x < 16.0 ? vec3(size) : whole, right = x < 48.0 ? vec3(at, 0.0) : tint.rgb;
    gl_FragColor = vec4(x < 32.0 ? left : right, 1.0);
}
"""
MODULATIONS: list[dict[str, Any]] = [
    {
        "size": {"bind": "kick.pulse", "decay": 0.4, "curve": "out"},
        "on": {"osc": "square", "beats": 2},
        "hit": {"bind": "kick"},
        "mode": {"bind": "beat.count"},
        "at": {"bind": "bass.envelope", "smooth": 0.2},
        "tint": {"keys": [[0, "#ff0000"], [1, "#00ff40", "inout"], [2, [0, 0, 1, 1]]]},
    },
    {
        "size": {"osc": "saw", "seconds": 0.7, "phase": 0.25},
        "on": {"keys": [[0.5, True], [1.01, False]]},
        "hit": {"bind": "level", "invert": True},
        "mode": {"keys": [[0, "b"], [1, "c"], [3, 3]], "unit": "beat"},
        "at": {"osc": "triangle", "min": [1, 0], "max": [0, 1]},
        "tint": {"bind": "beat.phase", "min": "#102030", "max": "#ffffff", "curve": 2},
    },
    {
        "size": {"bind": "time.elapsed", "from": [0, 2], "invert": True},
        "on": {"bind": "kick.count"},
        "hit": {"osc": "sine", "seconds": 0.5},
        "mode": {"osc": "square", "beats": 1, "min": "a", "max": "c"},
        "at": {"bind": "kick.since", "from": [0, 0.5]},
        "tint": {"bind": "section.energy"},
    },
]


@pytest.mark.parametrize("modulations", MODULATIONS, ids=["bindings", "oscillators", "mixed"])
async def test_modulation_equals_the_servers(
    player_page: PlayerPage, scene_files: SceneFiles, gl: Context, modulations: dict[str, Any]
) -> None:
    text = f"/*{json.dumps(HEADER)}*/\n{BODY}"
    effect = load("modulated", "modulated.fs", text)
    instance = EffectInstance(id="modulated", file="modulated.fs", source=text, params=modulations)
    expected = scene_files.server_frames(gl, instance, FRAMES, second=False)
    drawn = await player_page.draw(effect, {}, FRAMES, second=False, values=modulations)
    assert not isinstance(drawn, str), drawn
    for frame, ours, theirs in zip(FRAMES, expected, drawn, strict=True):
        difference = np.abs(ours.astype(int) - theirs.astype(int)).max()
        assert difference <= 2, f"frame {frame}"
