"""Every shipped preset draws, wide and tall; a new file is tested without a change here."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from server.effects.library.library import Library
from server.jobs.model.effect_source import read_source
from server.jobs.submission.preset import Preset
from server.jobs.submission.presets import Presets
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene

LIBRARY = Library()
PRESETS, BROKEN = Presets().offered(LIBRARY.all())


def test_every_file_gives_a_preset() -> None:
    assert BROKEN == []


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_preset_draws_a_changing_frame(gl: Context, preset: Preset) -> None:
    """Draw it in one aspect: the first of the alphabet wide, the second tall, and so on."""
    aspect, size = [("16:9", (64, 36)), ("9:16", (36, 64))][PRESETS.index(preset) % 2]
    sources = [
        (read_source(LIBRARY.get(item.id), LIBRARY), item.params)
        for item in preset.chain_for(aspect)
    ]
    job = SceneSpec(
        effects=tuple(
            replace(source.with_local_paths, params=params) for source, params in sources
        ),
        photo=None,
        photo2=None,
        features=None,
        size=size,
        fps=10,
        frames=40,
        fit=preset.fit or "blur",
        egl_device=None,
        require_gpu=False,
        title="El título de la canción",
        artist="Ночь",
    )
    scene = Scene(gl, job)
    scene.begin(0)
    shown = []
    for frame in (4, 5, 7):  # a kick is in frame 5
        scene.draw_effects(frame)
        scene.composite.draw()
        shown.append(read_rgba(scene.composite.output)[..., :3].astype(np.int16))
    assert min(frame_pixels.std() for frame_pixels in shown) > 4, "it is blank"
    moved = [np.abs(later - earlier).mean() for earlier, later in pairwise(shown)]
    assert min(moved) > 0, "it stands still"
    assert max(moved) > 0.3, "it hardly moves"
