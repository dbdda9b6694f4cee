"""Scenes one after the other in one context: the next one keeps the photos and nothing else."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from server.protocol.scene import SceneSpec
from server.protocol.tasks import DrawFrames, FrameFile
from server.protocol.wire.progress import ProgressReporter
from server.render.scene import Scene
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_frames
from tests.harness.rendering import effect_of
from tests.render.drawing import flat, save_photo

EFFECT = """/*{"INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "DEFAULT": 0.25, "MIN": 0, "MAX": 1}],
"PASSES": [{"TARGET": "sum", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
    if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(sum) + vec4(amount);
    else gl_FragColor = vec4(IMG_THIS_PIXEL(sum).r / 4.0, IMG_THIS_PIXEL(inputImage).gb, 1.0);
}
"""
"""Red is the sum of `amount` over the frames drawn, green and blue are the photo's."""

Draw = Callable[[SessionCache, SceneSpec], NDArray[np.uint8]]


@pytest.fixture
def scene(tmp_path: Path) -> SceneSpec:
    photo = save_photo(tmp_path / "photo", flat((0, 100, 200, 255)))
    effects = (effect_of(EFFECT),)
    return SceneSpec(
        effects=effects, photo=photo, size=(21, 11), fps=10, frames=100, fit="cover", title="Dusk"
    )


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Draw frame 1 of a scene."""

    def run(sessions: SessionCache, spec: SceneSpec) -> NDArray[np.uint8]:
        file = tmp_path / "frame.png"
        task = DrawFrames(scene=spec, frames=(FrameFile(frame=1, out=file),), composite=True)
        draw_frames.run(task, ProgressReporter(lambda _event: None), sessions)
        return np.asarray(Image.open(file))

    return run


def with_amount(scene: SceneSpec, amount: float) -> SceneSpec:
    [effect] = scene.effects
    return replace(scene, effects=(replace(effect, params={"amount": amount}),))


def count_scenes() -> int:
    return sum(isinstance(item, Scene) for item in gc.get_objects())


@pytest.mark.slow
def test_another_value_or_title_keeps_the_context_and_the_photo(
    scene: SceneSpec, draw: Draw
) -> None:
    sessions = SessionCache()
    first = draw(sessions, scene)
    assert first[5, 5].tolist() == [32, 100, 200, 255]
    assert sessions.current is not None
    context, photos = sessions.current.context, sessions.current.scene.photos
    for moved in (with_amount(scene, 1.0), replace(scene, title="Dawn"), scene):
        frame = draw(sessions, moved)
        assert sessions.current.context is context
        assert sessions.current.scene.photos is photos
        fresh = SessionCache()
        np.testing.assert_array_equal(frame, draw(fresh, moved))
        fresh.close()
    sessions.close()


@pytest.mark.slow
def test_the_scenes_before_are_released(scene: SceneSpec, draw: Draw) -> None:
    sessions = SessionCache()
    gc.collect()
    before = count_scenes()
    for step in range(5):
        draw(sessions, with_amount(scene, step / 4))
    assert count_scenes() == before + 1
    sessions.close()


def test_other_photos_sizes_and_sources_of_clients_have_a_context_of_their_own(
    scene: SceneSpec, draw: Draw, tmp_path: Path
) -> None:
    other = save_photo(tmp_path / "other", flat((0, 30, 60, 255)))
    [effect] = scene.effects
    custom = replace(scene, effects=(replace(effect, custom=True),))
    sessions = SessionCache()
    scenes = [
        replace(scene, photo=other),
        replace(scene, photo2=other),
        replace(scene, size=(20, 11)),
        replace(scene, fit="contain"),
        custom,
        with_amount(custom, 1.0),
        scene,
    ]
    for spec in scenes:
        before = sessions.current
        draw(sessions, spec)
        assert sessions.current is not None
        assert before is None or sessions.current.context is not before.context
    sessions.close()
