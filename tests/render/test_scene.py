"""Whole frames: chains, determinism, and cuts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from server.protocol.tasks import DrawSegment
from server.render.effect import checkpoint
from server.render.gl.context import Context
from server.render.output.readback import Readback
from server.render.scene import Scene
from tests.harness.rendering import FRAMES, MakeTask, effect_of
from tests.render.drawing import SHOW, TRAIL, read_pixels

HALF = """/*{}*/
void main() { gl_FragColor = vec4(1.0, 1.0, 1.0, isf_FragNormCoord.x < 0.5 ? 0.5 : 0.0); }
"""


class Frames:
    """A sink that stores all frames."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self._buffer = bytearray(64 * 36 * 3 // 2)

    def buffer(self) -> memoryview:
        return memoryview(self._buffer)

    def submit(self) -> None:
        self.kept.append(bytes(self._buffer))


def _draw(scene: Scene, context: Context, first: int, last: int) -> list[bytes]:
    readback, frames = Readback(context, scene.planes), Frames()
    for frame in range(first, last):
        readback.push(frames, changed=scene.draw(frame))
    readback.finish(frames)
    return frames.kept


def _drawn(task: DrawSegment, frames: list[int]) -> dict[int, bytes]:
    with Context() as context:
        scene = Scene(context, task.scene)
        scene.begin(0)
        return {frame: _draw(scene, context, frame, frame + 1)[0] for frame in frames}


def test_the_first_effect_is_given_the_fitted_photo(make_task: MakeTask) -> None:
    with Context() as context:
        scene = Scene(context, make_task(SHOW).scene)
        assert scene.draw(0)
        assert not scene.draw(1)  # nothing changes, so nothing is drawn
        draw_count = context.draw_count
        scene.draw(2)
        assert context.draw_count == draw_count
        luma = np.frombuffer(scene.planes.read(), np.uint8, 36 * 64).reshape(36, 64)
    seen = [luma[y, x] for y in (2, 33) for x in (2, 61)]
    assert seen == pytest.approx([62.6, 172.6, 31.8, 235], abs=1)


def test_each_effect_of_a_chain_gets_the_composite(make_task: MakeTask) -> None:
    chain = (effect_of(HALF, id="a"), effect_of(SHOW, id="b"))
    with Context() as context:
        scene = Scene(context, make_task("", effects=chain).scene)
        scene.draw(0)
        shown = read_pixels(scene._renderers[-1].output)
    assert shown[2, 2].tolist() == [255, 128, 128, 255]
    assert shown[2, 61].tolist() == [0, 255, 0, 255]


def test_a_frame_depends_only_on_its_number(make_task: MakeTask) -> None:
    source = TRAIL.replace(', "PERSISTENT": true', "").replace(
        "float age =", "float age = TIME; //"
    )
    task = make_task(source)
    forward = _drawn(task, list(range(0, FRAMES, 3)))
    backward = _drawn(task, list(range(0, FRAMES, 3))[::-1])
    assert forward == backward
    assert len(set(forward.values())) == 10


def test_three_segments_equal_the_whole(make_task: MakeTask, tmp_path: Path) -> None:
    job = make_task(TRAIL).scene
    with Context() as context:
        scene = Scene(context, job)
        assert scene.sequential
        scene.begin(0)
        whole = _draw(scene, context, 0, FRAMES)
    segments: list[bytes] = []
    before = None
    for first, last in ((0, 11), (11, 20), (20, FRAMES)):
        with Context() as context:
            scene = Scene(context, job)
            # State from an earlier segment in this worker must not matter.
            scene.begin(0)
            _draw(scene, context, 25, 28)
            scene.begin(first)
            if before is not None:
                checkpoint.load(before, first, scene.persistent_targets)
            segments += _draw(scene, context, first, last)
            before = tmp_path / f"state{last}"
            checkpoint.save(before, last, scene.persistent_targets)
    assert segments == whole
    assert len(set(whole)) == FRAMES


def test_kick_and_time_animate_the_frame_with_the_audio(make_task: MakeTask) -> None:
    source = """/*{"INPUTS": [{"NAME": "beat", "TYPE": "float", "BIND": "kick"}]}*/
    void main() { gl_FragColor = vec4(vec3(beat), 1.0); }"""
    drawn = _drawn(make_task(source), list(range(FRAMES)))
    luma = np.array([frame[0] for frame in drawn.values()], float)
    assert luma[0] > 150  # the first kick is at the start
    assert luma[12] < 20
    assert luma[18:20].max() > 150  # the second at 0.6 s


def test_a_title_is_drawn_by_one_effect_of_a_chain(make_task: MakeTask) -> None:
    header = '{"INPUTS": [{"NAME": "title", "TYPE": "text", "DEFAULT": "$title", "SIZE": 0.6}]}'
    body = "void main() { gl_FragColor = vec4(0.0, float(TEXT_LINES(title)), 0.0, 1.0); }"
    lower = effect_of(f"/*{header}*/\n{body}", id="lower")
    chain = (lower, replace(lower, id="upper"))
    with Context() as context:
        scene = Scene(context, make_task("", effects=chain, title="Dusk").scene)
        scene.draw(0)
        green = [read_pixels(renderer.output)[0, 0].tolist()[1] for renderer in scene._renderers]
    assert green == [0, 255]
