"""SAFE_AREA: the margins that apps cover, in a picture that is higher than wide."""

import numpy as np
import pytest

from server.effects.dialects import load
from server.effects.safe_area import picture_names, safe_area
from server.render.context import Context
from server.render.passes import Passes
from server.render.timeline import Timeline
from tests.render.drawing import Rising, rows

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


def _drawn(text: str, size: tuple[int, int]) -> list[float]:
    effect = load("test", "test.fs", text)
    with Context() as context:
        timeline = Timeline(effect, effect.settings({}), Rising(), 1, 10)
        passes = Passes(context, effect, timeline, size, {})
        passes.draw(0)
        return [float(part) for part in rows(passes.output)[3, 3]]


@pytest.mark.parametrize(
    ("size", "margins"),
    [((18, 32), (0.06, 0.22, 0.12, 0.14)), ((32, 18), (0.0,) * 4), ((20, 20), (0.0,) * 4)],
)
def test_the_margins_of_a_shape(size: tuple[int, int], margins: tuple[float, ...]) -> None:
    assert safe_area(*size) == margins
    assert _drawn(_SHOW, size) == pytest.approx(np.array(margins, np.float32).tolist())


def test_what_expressions_know() -> None:
    names = picture_names(100, 200)
    assert names == pytest.approx(
        {"WIDTH": 100, "HEIGHT": 200, "SAFE_WIDTH": 82, "SAFE_HEIGHT": 128}
    )


def test_a_file_that_has_the_name_keeps_it() -> None:
    assert _drawn(_OWN, (18, 32)) == [51, 102, 153, 255]
    assert _drawn(_INPUT, (18, 32)) == [255] * 4
