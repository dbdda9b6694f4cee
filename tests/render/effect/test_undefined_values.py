"""Values that GLSL leaves undefined: they end no process and become a defined, opaque frame."""

from typing import Any

import numpy as np
import pytest

from server.protocol.wire.progress import ProgressReporter
from server.render.gl.context import Context
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_segment
from tests.harness.media import frames
from tests.harness.rendering import MakeTask
from tests.render.drawing import draw_frame, flat, isf, make_renderer, paint

_SECRET = (37, 91, 173, 211)
_NOT_NUMBERS = {
    "zero over zero": "0.0 / zero",
    "one over zero": "1.0 / zero",
    "less than infinity": "-1.0 / zero",
    "root": "sqrt(-1.0 - zero)",
    "logarithm": "log(-1.0 - zero)",
    "power": "pow(-1.0 - zero, 0.5)",
    "normalized": "normalize(vec3(zero)).x",
    "whole numbers": "float(7 / int(zero))",
    "remainder": "float(7 % int(zero))",
    "huge": "3.0e38 * (10.0 + zero)",
    "tiny": "1.0e-38 * (0.001 + zero)",
    "minus zero": "-zero",
}
"""Expressions of GLSL whose value is NaN, infinite, undefined or below the smallest normal one."""


@pytest.mark.fault("G06")
@pytest.mark.parametrize(
    "read",
    [
        "texelFetch(inputImage, ivec2(-1 - at), 0)",
        "texelFetch(inputImage, ivec2(100000000 + at), 0)",
        "texelFetch(inputImage, ivec2(0), 1000 + at)",
        "textureLod(inputImage, vec2(-1.0e30), 1.0e9 + float(at))",
        "texture(inputImage, vec2(1.0 / float(at)))",
        "vec4(list[-1 - at])",
        "vec4(list[4 + at])",
        "vec4(list[100000000 + at])",
    ],
)
def test_a_read_out_of_range_shows_nothing_of_others(context: Context, read: str) -> None:
    """Draw next to textures of another owner."""
    others = [paint(context, flat(_SECRET, (side, side))) for side in (3, 16, 64, 200)]
    body = f"""void main() {{
        float list[4]; for (int i = 0; i < 4; i++) list[i] = 0.2;
        int at = int(TIME * 0.0);
        gl_FragColor = {read};
    }}"""
    effect = isf(body, '{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}')
    sources = {"inputImage": paint(context, flat((51, 51, 51, 51)))}
    renderer = make_renderer(context, effect, sources=sources)
    for frame in range(3):
        seen = draw_frame(renderer, frame)
        assert not np.isin(seen, _SECRET).any()
    assert [other.read()[:4] for other in others] == [bytes(_SECRET)] * 4


@pytest.mark.fault("G08", "G09")
def test_what_is_no_number_becomes_a_valid_video(make_task: MakeTask) -> None:
    bands = "".join(
        f"if (band == {index}) value = {text};\n"
        for index, text in enumerate(_NOT_NUMBERS.values())
    )
    body = f"""/*{{"PASSES": [{{"TARGET": "kept", "PERSISTENT": true, "FLOAT": true}}, {{}}]}}*/
    void main() {{
        float zero = TIME * 0.0, value = 0.0;
        int band = int(isf_FragNormCoord.x * {len(_NOT_NUMBERS)}.0);
        {bands}
        if (PASSINDEX == 0) gl_FragColor = vec4(value) + IMG_THIS_PIXEL(kept);
        else gl_FragColor = IMG_THIS_PIXEL(kept);
    }}"""
    task = make_task(body, last=4)
    sessions = SessionCache()
    try:
        result = draw_segment.run(task, ProgressReporter(lambda _event: None), sessions)
    finally:
        sessions.close()
    assert result.frames == 4
    shown = frames(task.out, 64, 36)
    assert shown.shape == (4, 36, 64, 3)
    assert all(0 <= low <= high <= 255 for plane in result.shades or () for low, high in [plane])
    # A division of whole numbers by zero has any value, but the same one in each frame.
    assert np.abs(shown[2].astype(int) - shown[3]).max() <= 8


@pytest.mark.fault("G08")
@pytest.mark.parametrize(
    ("alpha", "same"),
    [("7.0", ["1.0"]), ("-3.0", ["0.0"]), ("1.0 / zero", ["1.0"]), ("0.0 / zero", ["0.0", "1.0"])],
    ids=["above", "below", "infinite", "no number"],
)
def test_any_alpha_makes_an_opaque_frame(make_task: MakeTask, alpha: str, same: list[str]) -> None:
    """Show the layer below where alpha is 0."""

    def draw(alpha: str) -> np.ndarray[Any, Any]:
        body = f"""/*{{}}*/
        void main() {{ float zero = TIME * 0.0; gl_FragColor = vec4(vec3(1.0), {alpha}); }}"""
        task, sessions = make_task(body, last=2), SessionCache()
        try:
            draw_segment.run(task, ProgressReporter(lambda _event: None), sessions)
        finally:
            sessions.close()
        return frames(task.out, 64, 36)

    shown = draw(alpha)
    assert any(np.array_equal(shown, draw(other)) for other in same)
