"""A browser draws the program of `GET /effects/{id}` as the server draws the effect."""

from pathlib import Path

import numpy as np
import pytest

from server.cli.tasks.effect_loader import read
from server.effects.library.library import BUILT_IN
from server.render.gl.context import Context
from tests.web.conftest import PlayerPage, SceneFiles

pytestmark = pytest.mark.browser

FEATURES = Path(__file__).parents[1] / "data" / "features"
TIMES = [0, 20, 47]
"""Frames: the first, one during a kick, and one in the second second."""
MAX_MEAN_DIFFERENCE = 1.0
"""Limit of a frame's mean difference, of 255."""
EXCEPTIONS = {
    "new_glsl.fs": "what GLSL 4.50 allows and GLSL ES does not: int * uint, {…} as a value",
}
"""File names of effects that may differ, each with the reason."""


def _shaders() -> list[Path]:
    paths = sorted(BUILT_IN.iterdir()) + sorted(FEATURES.rglob("*"))
    return [path for path in paths if path.suffix in (".fs", ".frag", ".glsl", ".json")]


@pytest.mark.slow
async def test_every_effect_equals_the_servers(
    player_page: PlayerPage, scene_files: SceneFiles, gl: Context
) -> None:
    failures = {}
    shaders = _shaders()
    assert {path.name for path in shaders} >= EXCEPTIONS.keys()
    for path in shaders:
        if path.name in EXCEPTIONS:
            continue
        source = read(path)
        instance, second = source.to_instance(), source.effect.transition_image is not None
        expected = scene_files.server_frames(gl, instance, TIMES, second=second)
        drawn = await player_page.draw(source.effect, instance.files, TIMES, second=second)
        if isinstance(drawn, str):
            failures[path.name] = drawn
            continue
        pairs = zip(expected, drawn, strict=True)
        errors = [float(np.abs(a.astype(int) - b.astype(int)).mean()) for a, b in pairs]
        if max(errors) > MAX_MEAN_DIFFERENCE:
            failures[path.name] = f"differs by {errors}"
    assert not failures, "\n".join(f"{name}: {why}" for name, why in failures.items())
    assert player_page.page.complaints() == []
