"""An effect in a browser, from what `GET /effects/{id}` gives, shows what the server draws."""

from pathlib import Path

import numpy as np
import pytest

from server.cli.tasks.effect_source import read
from server.effects.library.library import BUILT_IN
from server.render.gl.context import Context
from tests.web.conftest import Film, Stage

pytestmark = pytest.mark.browser

FEATURES = Path(__file__).parents[1] / "data" / "features"
TIMES = [0, 20, 47]
"""Frames: the start, a kick under way, and one in the second second."""
MOST = 1.0
"""Mean difference of a frame, of 255."""
EXCEPTED = {
    "new_glsl.fs": "what GLSL 4.50 allows and GLSL ES does not: int * uint, {…} as a value",
}
"""Files by name that need not agree, each with the reason."""


def _shaders() -> list[Path]:
    found = sorted(BUILT_IN.iterdir()) + sorted(FEATURES.rglob("*"))
    return [path for path in found if path.suffix in (".fs", ".frag", ".glsl", ".json")]


async def test_every_effect_is_the_same_picture_in_a_browser(
    stage: Stage, film: Film, gl: Context
) -> None:
    wrong = {}
    shaders = _shaders()
    assert {path.name for path in shaders} >= EXCEPTED.keys()
    for path in shaders:
        if path.name in EXCEPTED:
            continue
        source = read(path)
        instance, second = source.to_instance(), source.effect.transition_image is not None
        wanted = film.server_frames(gl, instance, TIMES, second=second)
        drawn = await stage.draw(source.effect, instance.files, TIMES, second=second)
        if isinstance(drawn, str):
            wrong[path.name] = drawn
            continue
        pairs = zip(wanted, drawn, strict=True)
        errors = [float(np.abs(a.astype(int) - b.astype(int)).mean()) for a, b in pairs]
        if max(errors) > MOST:
            wrong[path.name] = f"differs by {errors}"
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())
    assert stage.page.complaints() == []
