"""Memory of the GPU that another job has used: nothing of it reaches a pixel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.errors import ToqiboxError
from server.protocol.scene import EffectInstance
from server.protocol.wire.progress import ProgressReporter
from server.render.gl.context import Buffer, Context, GlError, Size, Texture, TextureCube
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_segment
from tests.harness.media import frame_hashes
from tests.harness.rendering import MakeTask
from tests.render.drawing import SHOW, TRAIL

_FOREIGN = 0x3F
"""Each byte of the memory that a new object gets; as a float it is 0.75."""
_AUDIO = """/*{"INPUTS": [{"NAME": "wave", "TYPE": "audio"}, {"NAME": "bands", "TYPE": "audioFFT"},
    {"NAME": "past", "TYPE": "audioHistory"},
    {"NAME": "beat", "TYPE": "float", "MIN": 0, "MAX": 1, "BIND": "kick"}],
    "PASSES": [{"TARGET": "unread", "WIDTH": 9},
    {"TARGET": "kept", "PERSISTENT": true, "WIDTH": "$WIDTH / 3 + 9 * $beat"}, {}]}*/
void main() {
    vec2 p = isf_FragNormCoord;
    if (PASSINDEX == 0) { if (p.x < 2.0) discard; gl_FragColor = vec4(1.0); }
    else if (PASSINDEX == 1) { if (p.y > 0.5) discard; gl_FragColor = IMG_THIS_PIXEL(kept); }
    else gl_FragColor = vec4(IMG_NORM_PIXEL(wave, p).r + IMG_NORM_PIXEL(unread, p).a,
        IMG_NORM_PIXEL(bands, p).r + IMG_NORM_PIXEL(kept, p).a, IMG_NORM_PIXEL(past, p).r, 1.0);
}
"""
_CUBE = """// Pass: Cube A
// iChannel0: cube A
void mainCubemap(out vec4 c, in vec2 p, in vec3 o, in vec3 d) {
    if (d.x > 0.0) discard;
    c = texture(iChannel0, d) + vec4(0.1);
}
// Pass: Image
// iChannel0: cube A
void mainImage(out vec4 c, in vec2 p) {
    c = vec4(texture(iChannel0, vec3(p / iResolution.xy - 0.5, 0.5)).rgb, 1.0);
}
"""


@pytest.fixture
def fill_new_objects(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function after which every new object has the bytes of another job."""
    texture, cube, buffer = Context.texture, Context.cube, Context.buffer

    def filled_texture(
        self: Context,
        size: Size,
        components: int = 4,
        *,
        floating: bool = False,
        data: bytes | memoryview | None = None,
    ) -> Texture:
        made = texture(self, size, components, floating=floating, data=data)
        if data is None:
            count = size[0] * size[1] * components * (4 if floating else 1)
            made.write(bytes([_FOREIGN]) * count, alignment=1)
        return made

    def filled_cube(self: Context, edge: int, *, floating: bool = False) -> TextureCube:
        made = cube(self, edge, floating=floating)
        for face in range(6):
            made.write(face, bytes([_FOREIGN]) * (edge * edge * (16 if floating else 4)))
        return made

    def filled_buffer(self: Context, size: int) -> Buffer:
        made = buffer(self, size)
        made.write(bytes([_FOREIGN]) * size)
        return made

    def fill() -> None:
        monkeypatch.setattr(Context, "texture", filled_texture)
        monkeypatch.setattr(Context, "cube", filled_cube)
        monkeypatch.setattr(Context, "buffer", filled_buffer)

    return fill


def _draw(task: Any, sessions: SessionCache | None = None) -> list[str]:
    """Draw a segment; return the hashes of its frames."""
    own = sessions or SessionCache()
    try:
        draw_segment.run(task, ProgressReporter(lambda _event: None), own)
    finally:
        if sessions is None:
            own.close()
    return frame_hashes(task.out)


@pytest.mark.slow
@pytest.mark.fault("B19", "G07")
@pytest.mark.parametrize(
    ("file", "source"),
    [("test.fs", TRAIL), ("test.fs", _AUDIO), ("test.glsl", _CUBE)],
    ids=["targets", "audio", "cube"],
)
@pytest.mark.parametrize("is_hardware", [False, True], ids=["direct", "ring"])
def test_a_job_sees_no_memory_of_another(
    make_task: MakeTask,
    fill_new_objects: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    source: str,
    *,
    is_hardware: bool,
) -> None:
    if is_hardware:
        monkeypatch.setattr("server.render.gl.context.is_software", lambda _: False)
    effects = (EffectInstance(id="test", file=file, source=source),)
    task = make_task(SHOW, effects=effects, last=4, cube_edge=32)
    before = _draw(task)
    fill_new_objects()
    assert _draw(task) == before
    assert len(set(before)) > 1


@pytest.mark.fault("G14")
def test_a_lost_context_is_replaced_for_the_next_attempt(
    make_task: MakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Report a reset after a draw, as a robust context does."""
    sessions = SessionCache()
    check = Context.check

    def lose(self: Context, operation: str) -> None:
        if operation == "drawing":
            raise GlError("GL_CONTEXT_LOST after drawing")
        check(self, operation)

    task = make_task(TRAIL, last=4)
    try:
        undisturbed = _draw(task, sessions)
        lost = sessions.current
        with monkeypatch.context() as patch:
            patch.setattr(Context, "check", lose)
            with pytest.raises(ToqiboxError, match="CONTEXT_LOST") as caught:
                _draw(task, sessions)
        assert caught.value.code == "render_failed"
        assert not list(tmp_path.glob("*.part"))
        assert sessions.current is None
        assert _draw(task, sessions) == undisturbed
        assert sessions.current is not lost
    finally:
        sessions.close()
