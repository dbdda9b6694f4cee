"""SAFE_AREA: the margins that apps cover, in a frame that is higher than wide."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from server.animation.timeline import Timeline
from server.cli.tasks.effect_loader import read
from server.effects.dialects import load
from server.effects.library.library import BUILT_IN
from server.effects.model.safe_area import safe_area, size_names
from server.protocol.scene import SceneSpec
from server.render.effect.renderer import EffectRenderer
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from tests.render.drawing import Rising, read_pixels

_SHOW = """/*{"PASSES": [{"TARGET": "o", "FLOAT": true}]}*/
#ifndef SAFE_AREA
#define SAFE_AREA vec4(1.0)
#endif
void main() { gl_FragColor = SAFE_AREA; }
"""
_OWN = """/*{}*/
const vec4 SAFE_AREA = vec4(0.2, 0.4, 0.6, 1.0);
void main() { gl_FragColor = SAFE_AREA; }
"""
_INPUT = """/*{"INPUTS": [{"NAME": "SAFE_AREA", "TYPE": "float", "DEFAULT": 1}]}*/
void main() { gl_FragColor = vec4(SAFE_AREA); }
"""


def _drawn(gl: Context, text: str, size: tuple[int, int]) -> list[float]:
    effect = load("test", "test.fs", text)
    timeline = Timeline(effect, effect.param_values({}), Rising(), 1, 10)
    passes = EffectRenderer(gl, effect, timeline, size, {})
    passes.draw(0)
    return [float(part) for part in read_pixels(passes.output)[3, 3]]


@pytest.mark.parametrize(
    ("size", "margins"),
    [((18, 32), (0.06, 0.22, 0.12, 0.14)), ((32, 18), (0.0,) * 4), ((20, 20), (0.0,) * 4)],
)
def test_the_margins_of_a_shape(
    gl: Context, size: tuple[int, int], margins: tuple[float, ...]
) -> None:
    assert safe_area(*size) == margins
    assert _drawn(gl, _SHOW, size) == pytest.approx(np.array(margins, np.float32).tolist())


def test_variables_of_expressions() -> None:
    names = size_names(100, 200)
    assert names == pytest.approx(
        {"WIDTH": 100, "HEIGHT": 200, "SAFE_WIDTH": 82, "SAFE_HEIGHT": 128}
    )


_PLAIN: dict[str, dict[str, object]] = {
    "text": {"shadow": 0, "scrim": 0, "appear": "none"},
    "progress": {"shadow": 0, "scrim": 0},
    "player": {"shadow": 0},
}
"""Params for the important content: shadows may be covered."""


_TITLE = "A title that is long enough for three lines of it"


def _alpha(
    gl: Context, name: str, params: Mapping[str, object], size: tuple[int, int]
) -> NDArray[np.uint8]:
    source = read(BUILT_IN / f"{name}.fs")
    job = SceneSpec(
        effects=(source.to_instance({**_PLAIN[name], **params}),),
        photo=None,
        features=None,
        size=size,
        fps=10,
        frames=20,
        fit="blur",
        egl_device=None,
        require_gpu=False,
        title=_TITLE,
        artist="Ada",
    )
    scene = Scene(gl, job)
    scene.begin(10)
    scene.draw_effects(10)
    return read_rgba(scene.output)[..., 3]


@pytest.mark.slow
@pytest.mark.parametrize("name", _PLAIN)
@pytest.mark.parametrize("corner", ["Bottom left", "Top right"])
def test_texts_and_cards_stay_inside_the_safe_area(gl: Context, name: str, corner: str) -> None:
    placed = {"place": corner} if name != "progress" else {}
    seen = _alpha(gl, name, placed, (90, 160)) > 20
    rows_, columns = np.nonzero(seen)
    assert columns.min() >= 0.06 * 90 - 1
    assert columns.max() < 0.88 * 90 + 1
    assert rows_.min() >= 0.14 * 160 - 1
    assert rows_.max() < 0.78 * 160 + 1
    if corner == "Top right" and name != "progress":
        assert rows_.min() < 0.14 * 160 + 4
    else:
        assert rows_.max() > 0.78 * 160 - 14


@pytest.mark.parametrize("size", [(90, 90), (80, 100), (90, 160), (160, 90)])
def test_automatic_positions_do_not_overlap(gl: Context, size: tuple[int, int]) -> None:
    """The player card has title and progress of its own, so it takes their position."""
    seen = [_alpha(gl, name, {}, size) > 20 for name in ("text", "progress")]
    assert all(mask.any() for mask in seen)
    assert np.sum(seen, axis=0).max() == 1


@pytest.mark.parametrize("size", [(90, 90), (80, 100), (90, 160), (160, 90)])
def test_the_player_card_leaves_faces_free(gl: Context, size: tuple[int, int]) -> None:
    seen = _alpha(gl, "player", {}, size) > 20
    assert np.nonzero(seen)[0].min() > 0.5 * size[1]


@pytest.mark.parametrize(("size", "wide"), [((90, 160), 0.82), ((90, 90), 0.72)])
def test_the_largest_tall_card_fits(gl: Context, size: tuple[int, int], wide: float) -> None:
    """It is limited to the safe area in its own shape: by the width, or by the height."""
    params = {"design": "Tall", "size": 1.5, "backdrop": 0, "margin": 0}
    rows_, columns = np.nonzero(_alpha(gl, "player", params, size) > 20)
    left, bottom, right, top = np.array(safe_area(*size)) * [*size, *size]
    assert left - 1 <= columns.min() <= columns.max() < size[0] - right + 1
    assert top - 1 <= rows_.min() <= rows_.max() < size[1] - bottom + 1
    assert np.ptp(columns) + 1 == pytest.approx(wide * size[0], abs=2.5)


@pytest.mark.parametrize("figures", [0.046, 0.06, 0.08, 0.1])
def test_a_time_is_the_same_on_both_sides(gl: Context, figures: float) -> None:
    """Its first digit is complete, also if advances end between two pixels."""
    clear = [0, 0, 0, 0]
    params = {"figures": figures, "elapsed": 0, "total": 0, "color": clear, "rest": clear}
    seen = _alpha(gl, "progress", {**params, "ink": [1, 1, 1, 1]}, (320, 180))
    halves = []
    for half in (seen[:, :160], seen[:, 160:]):
        at = np.nonzero(half.max(axis=0))[0]
        halves.append(half[:, at[0] : at[-1] + 1])
    assert np.array_equal(halves[0], halves[1])


def test_a_file_that_has_the_name_keeps_it(gl: Context) -> None:
    assert _drawn(gl, _OWN, (18, 32)) == [51, 102, 153, 255]
    assert _drawn(gl, _INPUT, (18, 32)) == [255] * 4
