"""GL objects of a context: they end with their wrappers, and leaks are caught."""

from collections.abc import Callable

import numpy as np
import pytest

from server.render.gl.context import Context
from server.render.gl.render_target import RenderTarget
from server.worker.tasks.probe import find_drawing_error
from tests.harness.gl_objects import count_objects, no_leaks
from tests.render.drawing import isf, make_renderer, paint, read_pixels


def test_a_leak_is_caught(context: Context) -> None:
    kept = []
    with pytest.raises(AssertionError, match="'Framebuffer': 1, 'Texture': 1"), no_leaks(context):
        kept.append(RenderTarget(context, (4, 4)))
    kept.clear()


@pytest.mark.slow
@pytest.mark.parametrize("create", ["buffer", "cube", "volume"])
def test_any_kind_of_leak_is_caught(context: Context, create: str) -> None:
    functions: dict[str, Callable[[], object]] = {
        "buffer": lambda: context.buffer(4),
        "cube": lambda: context.cube(4),
        "volume": lambda: context.volume(1, 1, b"0"),
    }
    kept = []
    with pytest.raises(AssertionError, match="still alive"), no_leaks(context):
        kept.append(functions[create]())
    kept.clear()


def test_objects_end_with_their_wrapper(context: Context) -> None:
    before = count_objects()
    target = RenderTarget(context, (4, 4), double_buffered=True)
    assert count_objects()["Texture"] == before["Texture"] + 2
    del target
    assert context.collect() == 4
    assert count_objects() == before
    assert context.collect() == 0


def test_an_effect_ends_with_its_renderer(context: Context) -> None:
    effect = isf(
        "void main() { gl_FragColor = IMG_THIS_PIXEL(p) + vec4(TIME); }",
        '{"PASSES": [{"TARGET": "p", "PERSISTENT": true}, {}]}',
    )
    before = count_objects()
    renderer = make_renderer(context, effect)
    renderer.draw(0)
    assert count_objects()["Program"] > before["Program"]
    del renderer
    context.collect()
    assert count_objects() == before


def test_released_objects_are_not_released_again(context: Context) -> None:
    target = RenderTarget(context, (4, 4))
    target.release()
    del target
    assert context.collect() == 0


def test_drawing_continues_after_a_garbage_collection(context: Context) -> None:
    picture = paint(context, np.full((2, 2, 4), 77, np.uint8))
    assert find_drawing_error(context) is None
    context.collect()
    assert read_pixels(picture)[0, 0].tolist() == [77] * 4
    assert find_drawing_error(context) is None
