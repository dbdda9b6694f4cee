"""Results of the compile and profile tasks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from server.errors import ToqiboxError
from server.protocol.results.drawing import CompiledEffect, FrameCost
from server.protocol.scene import SceneSpec
from server.protocol.tasks import CompileEffect, DrawFrames, FrameFile, Profile
from server.protocol.wire.events import Event, StageEntered
from server.protocol.wire.progress import ProgressReporter
from server.worker.registry import run_task
from tests.harness.rendering import effect_of
from tests.render.drawing import TRAIL


def compile_source(source: str, stages: list[str] | None = None, **more: Any) -> CompiledEffect:
    def send(event: Event) -> None:
        if stages is not None and isinstance(event, StageEntered):
            stages.append(event.stage)

    task = CompileEffect(effects=(effect_of(source, **more),), size=(64, 36))
    return run_task(task, ProgressReporter(send))


def _body(body: str, header: str = "{}") -> str:
    return f"/*{header}*/\nvoid main() {{ {body} }}\n"


def test_an_effect_that_draws() -> None:
    stages: list[str] = []
    result = compile_source(_body("gl_FragColor = vec4(isf_FragNormCoord, TIME, 1.0);"), stages)
    assert result.blank is False
    assert result.seconds > 0
    assert stages == ["context", "compile", "draw", "draw"]


@pytest.mark.parametrize(
    ("source", "blank"),
    [
        (_body("gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0);"), True),
        (_body("gl_FragColor = vec4(1.0, 1.0, 1.0, 0.0);"), True),
        (_body("gl_FragColor = vec4(0.001);"), True),
        (_body("gl_FragColor = vec4(gl_FragCoord.x < 1.0 && TIME > 1.05, 0.0, 0.0, 0.01);"), False),
        (_body("gl_FragColor = vec4(0.0 / (TIME - TIME));",
               '{"PASSES": [{"TARGET": "o", "FLOAT": true}]}'), True),
        (_body("gl_FragColor = IMG_THIS_PIXEL(p) + vec4(0.1);",
               '{"PASSES": [{"TARGET": "p", "PERSISTENT": true}]}'), False),
        (_body("gl_FragColor = vec4(IMG_NORM_PIXEL(s, vec2(0.1, 0.5)).rgb - 0.1, 1.0);",
               '{"INPUTS": [{"NAME": "s", "TYPE": "audioFFT"}]}'), False),
        (_body("gl_FragColor = vec4(k ? 1.0 : 0.0);",
               '{"INPUTS": [{"NAME": "k", "TYPE": "event", "BIND": "kick"}]}'), False),
        (TRAIL, False),
    ],
)  # fmt: skip
def test_blank_effects(source: str, blank: bool) -> None:
    assert compile_source(source).blank is blank


def test_an_effect_that_does_not_compile() -> None:
    with pytest.raises(ToqiboxError) as caught:
        compile_source(_body("\n  gl_FragColor = vec5(1.0);"))
    assert caught.value.code == "shader_compile_failed"
    assert caught.value.diagnostics is not None
    assert caught.value.diagnostics[0]["line"] == 3


@pytest.mark.fault("G13")
def test_an_effect_that_is_rejected() -> None:
    passes = '{"TARGET": "t", "WIDTH": 16000, "HEIGHT": 16000}, {}'
    with pytest.raises(ToqiboxError) as caught:
        compile_source(_body("gl_FragColor = vec4(1.0);", f'{{"PASSES": [{passes}]}}'))
    assert caught.value.code == "shader_rejected"
    assert caught.value.diagnostics is not None
    assert caught.value.diagnostics[0]["message"] == (
        "its targets and textures would take 976 MiB: at most 512 MiB are allowed"
    )


def test_a_cube_is_checked_at_a_small_size() -> None:
    """A cube of 1024 pixels, the requested size, would take most of the time."""
    source = """// Pass: Cube A
    void mainCubemap(out vec4 c, in vec2 p, in vec3 o, in vec3 d) { c = vec4(iResolution.x); }
    // Pass: Image
    // iChannel0: cube A
    void mainImage(out vec4 c, in vec2 p) {
        c = vec4(texture(iChannel0, vec3(p, 1.0)).r == 128.0 ? 1.0 : 0.0);
    }"""
    assert not compile_source(source).blank


def test_a_worker_draws_and_compiles_in_turn(tmp_path: Path) -> None:
    source = _body("gl_FragColor = vec4(1.0, fract(TIME), 0.0, 1.0);")
    scene = SceneSpec(effects=(effect_of(source),), size=(8, 4), fps=10, frames=10, fit="cover")
    for frame in (5, 1):
        frames = (FrameFile(frame=frame, out=tmp_path / "a.png"),)
        run_task(DrawFrames(scene=scene, frames=frames), ProgressReporter(lambda _event: None))
        pixel = np.asarray(Image.open(tmp_path / "a.png"))[0, 0]
        assert pixel.tolist() == [255, round(25.5 * frame + 0.01), 0, 255]
        assert not compile_source(source).blank


def test_files_are_at_the_paths_of_the_instance(tmp_path: Path) -> None:
    Image.fromarray(np.full((2, 2, 4), 200, np.uint8)).save(tmp_path / "a file", "PNG")
    source = _body(
        "gl_FragColor = IMG_THIS_PIXEL(logo);", '{"IMPORTED": {"logo": {"PATH": "img/logo.png"}}}'
    )
    assert not compile_source(source, files={"img/logo.png": tmp_path / "a file"}).blank
    with pytest.raises(ToqiboxError) as caught:
        compile_source(source)
    assert caught.value.code == "shader_rejected"


@pytest.mark.parametrize("hardware", [False, True])
def test_the_time_of_a_pass(monkeypatch: pytest.MonkeyPatch, hardware: bool) -> None:
    """Time by the clock in software, by the device's timers on a GPU: here with any renderer."""
    if hardware:
        monkeypatch.setattr("server.render.gl.context.is_software", lambda _: False)
    source = _body(
        "gl_FragColor = PASSINDEX == 2 ? IMG_THIS_PIXEL(a) + vec4(TIME) : vec4(0.5);",
        '{"PASSES": [{"TARGET": "a"}, {"TARGET": "a"}, {}]}',
    )
    scene = SceneSpec(effects=(effect_of(source),), size=(64, 36), fps=10, frames=20, fit="cover")
    task = Profile(scene=scene, sizes=((64, 36), (33, 17)), count=3)
    result = run_task(task, ProgressReporter(lambda _event: None))
    assert not (hardware and result.software)
    assert [(size.width, size.height) for size in result.sizes] == [(64, 36), (33, 17)]
    for size in result.sizes:
        assert [entry.name for entry in size.passes] == ["a 1", "a 2", "output"]
        assert size.ms == pytest.approx(sum(entry.ms for entry in size.passes))
        assert size.passes[2].ms > 0


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (_body("gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0);"), "every pixel is black"),
        (_body("gl_FragColor = vec4(1.0, 1.0, 1.0, 0.0);"), "its alpha is 0 in every pixel"),
        (_body("gl_FragColor = vec4(0.001);"), "its brightest value is 0.001, which rounds to "),
        (_body("gl_FragColor = vec4(0.0 / (TIME - TIME));"), "every pixel is NaN or infinity"),
        (_body("float x = 1.0;"), "nothing is written to gl_FragColor"),
        (_body("gl_FragColor = vec4(vec3(k), 1.0);",
               '{"INPUTS": [{"NAME": "k", "TYPE": "float", "DEFAULT": 0}]}'), "“k” is 0"),
        ("void mainImage(out vec4 c, in vec2 p) { c = vec4(iMouse.x); }", "“iMouse” stays 0"),
    ],
)  # fmt: skip
def test_the_reason_of_a_blank_output(source: str, why: str) -> None:
    assert why in compile_source(source).why


@pytest.mark.fault("G09")
def test_values_that_are_lost_in_a_persistent_target() -> None:
    """A frame later the lost values would be everywhere; the output alone does not show it."""
    kept = "IMG_THIS_PIXEL(acc) + vec4(isf_FragNormCoord.x < 0.5 ? sqrt(-1.0 - TIME) : 1.0)"
    source = _body(
        f"gl_FragColor = PASSINDEX == 0 ? {kept} : vec4(1.0);",
        '{"PASSES": [{"TARGET": "acc", "FLOAT": true, "PERSISTENT": true}, {}]}',
    )
    [warning] = compile_source(source).warnings
    assert "“acc” holds NaN or infinity in 50% of its pixels" in warning["message"]
    assert compile_source(source.replace("-1.0 - TIME", "TIME")).warnings == ()


_FREE = "while (true) { q += 1.0; if (q < 0.0) break; }"


@pytest.mark.fault("G01")
@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f"void mainImage(out vec4 c, vec2 p) {{\n float q = p.x;\n {_FREE}\n c = vec4(q);}}", 3),
        (_body(f"\n#define EVER {_FREE}\nfloat q = TIME;\nEVER\ngl_FragColor = vec4(q);"), 3),
        (_body("\nif (gl_FragCoord.x < 3.0)\n  do q *= 1.0; while (q > 0.0);\n"
               "gl_FragColor = vec4(q); discard;",
               '{"INPUTS": [{"NAME": "k", "TYPE": "float", "DEFAULT": 1}]}')
         .replace("{ \n", "{ float q = k;\n"), 4),
        (_body(f"float q = IMG_THIS_PIXEL(a).r;\nif (PASSINDEX == 1 && q > 0.5) {_FREE}\n"
               "gl_FragColor = vec4(1.0 + q);", '{"PASSES": [{"TARGET": "a"}, {}]}'), 3),
        (_body("\n#define EVER ;;\n#define WHILE while\n#define BACK i--\nfloat q = TIME;\n"
               "for (int i = 0; i < 4; i++) { BACK; q += 0.1; }\ngl_FragColor = vec4(q);"), 7),
        (_body("\n#define vec4(a, b, c, d) vec4(1.0)\n#define float(a) 0.0\nfloat q = TIME;\n"
               f"{_FREE}\ngl_FragColor = vec4(q, q, q, q);"), 6),
        (_body("\n#define EVER ;;\nfloat q = TIME;\nfor (EVER) q += 0.1;\n"
               "gl_FragColor = vec4(q);"), 5),
        (_body("\n#define WHILE while\nfloat q = TIME;\nWHILE (bool go = q > 0.0) q += 0.1;\n"
               "gl_FragColor = vec4(q);"), 5),
        (_body("float q = TIME;\nif (gl_FragCoord.x > 60.0 && gl_FragCoord.y > 30.0)"
               " while (true) {\n"
               + "q = sin(q * 1.3); q = fract(q * 3.7); q = cos(q + 0.1);" * 12
               + " if (q > 9.0) break; }\ngl_FragColor = vec4(q);"), 3),
    ],
)  # fmt: skip
def test_a_loop_without_an_end_is_refused_in_its_line(source: str, line: int) -> None:
    with pytest.raises(ToqiboxError) as caught:
        compile_source(source, file="test.glsl" if "mainImage" in source else "test.fs")
    assert caught.value.code == "shader_rejected"
    assert caught.value.diagnostics is not None
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic["message"].startswith(
        "this loop does not end: it makes more than 32,768 iterations"
    )
    assert (diagnostic["line"], diagnostic["source"].strip()) == (
        line,
        source.split("\n")[line - 1].strip(),
    )


def test_a_loop_that_cannot_be_read_is_refused_where_it_is_used() -> None:
    source = _body("\n#define OPEN (\n#ifdef %s\ndo {} while OPEN true);\n#endif\n"
                   "gl_FragColor = vec4(TIME);")  # fmt: skip
    assert compile_source(source % "UNKNOWN").blank is False
    with pytest.raises(ToqiboxError) as caught:
        compile_source(source % "OPEN")
    assert caught.value.code == "shader_rejected"
    assert caught.value.diagnostics is not None
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic["message"].startswith("this loop cannot be checked: write ")
    assert diagnostic["line"] == 5


def test_the_cost_of_a_frame_is_the_cost_of_its_passes() -> None:
    light = _body("gl_FragColor = vec4(TIME);")
    assert compile_source(light).cost == FrameCost()
    sines = "for (int i = 0; i < 200; i++) q = " + "sin(" * 20 + "q" + ")" * 20 + ";"
    heavy = f"float q = TIME; {sines} gl_FragColor = vec4(q);"
    whole = compile_source(_body(heavy)).cost
    assert whole.pixel_s * 64 * 36 > 0.002
    assert whole.fixed_s == 0.0
    large = compile_source(
        _body(heavy, '{"PASSES": [{"TARGET": "a", "WIDTH": 64, "HEIGHT": 40}, {}]}')
    )
    assert large.cost.fixed_s > 0.002
    still = compile_source(_body(heavy.replace("TIME", "RENDERSIZE.x"))).cost
    assert still.still_pixel_s * 64 * 36 > 0.002
    assert still.pixel_s == 0.0


def test_loops_that_end_late_are_drawn() -> None:
    march = """
    int rounds = 0;
    for (float t = 0.0; t < 100.0; t += 0.05) {
        for (int i = 0; i < int(t) + 8; i++) rounds++;
        if (rounds > 20000) break;
    }
    while (rounds > 100) rounds -= 7;
    gl_FragColor = vec4(rounds > 0);
"""
    assert compile_source(_body(march)).blank is False
