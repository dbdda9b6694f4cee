"""Speed of `spin` compared with a canvas in Node that draws the same layers, in one run.

    python -m bench.canvas [--node-modules FOLDER] [--shaderflow PYTHON] [--size WxH] [--seconds S]
                           [--runs N] [--json]

The canvas (@napi-rs/canvas, which draws with Skia on the processor) gets the layers of `spin` and
their places in every frame, and draws what spin's last pass does: a background that sways, a cover
that tilts, a light that circles. Its frames go as RGBA into ffmpeg with the options and all the
threads that a job has. FOLDER has node_modules with the canvas: ``npm install @napi-rs/canvas``
makes it. Without Node or the canvas this says so and measures nothing. With --shaderflow also
ShaderFlow, which that interpreter can import, with two fetches of a photo.

Measured are both draws alone, with readback, and both videos; medians of the runs, which take
turns. `fetches` is a draw of spin's three textures with no other operation: the least that the
OpenGL driver needs for any such picture.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.speed import canvas_layers, jobs, parts
from bench.speed.jobs import FPS, Work
from server.arrays import Float64Array
from server.cli.support.command_error import CommandError
from server.cli.tasks import task_builder
from server.config import Config
from server.media.video.encoder_options import SegmentFormat, segment_argv
from server.process import processors, sandbox
from server.render.effect.renderer import CompiledPass
from server.render.gl.draw_call import FULLSCREEN_VERTEX, DrawCall
from server.render.gl.render_target import RenderTarget
from server.render.session import RenderSession, SessionCache

PACKAGE = "@napi-rs/canvas"
EFFECT = "spin"
_SCRIPT = Path(__file__).parent / "speed" / "canvas.mjs"
_SHADERFLOW = Path(__file__).parent / "speed" / "shaderflow_spin.py"
_LIMIT_S = 300
_FETCHES = """#version 330 core
uniform sampler2D back;
uniform sampler2D front;
uniform sampler2D circle;
uniform vec2 size;
uniform float turn;
out vec4 color;
void main() {
    vec2 place = gl_FragCoord.xy / size;
    color = texture(back, place * turn) + texture(front, place.yx * turn) + texture(circle, place);
}
"""

Figures = dict[str, Any]


def main() -> int:
    """Measure and print."""
    options = _parse_options()
    missing = _missing(options.node_modules)
    if missing:
        print(f"not installed: {missing}; nothing is measured")
        return 0
    os.environ.update(sandbox.environment())  # draw in this process as in a worker
    work = Work(effect=EFFECT, size=options.size, seconds=options.seconds)
    with tempfile.TemporaryDirectory(prefix="toqibox-bench-") as name:
        figures = _measure(work, options, Path(name))
    print(json.dumps(figures, indent=2) if options.json else "\n".join(_format(figures)))
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--node-modules", type=Path, default=Path("node_modules"), metavar="FOLDER")
    parser.add_argument("--shaderflow", type=Path, metavar="PYTHON")
    parser.add_argument("--size", default="1280x720", metavar="WxH")
    parser.add_argument("--seconds", type=int, default=8, help="of the video (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="the median counts (%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        options.size = task_builder.parse_size(options.size)
        jobs.check_size(options.size)
    except (CommandError, ValueError) as error:
        parser.error(str(error))
    if options.seconds < 1 or options.runs < 1:
        parser.error("--seconds and --runs must be at least 1")
    return options


def _missing(node_modules: Path) -> str | None:
    if shutil.which("node") is None:
        return "node"
    return None if (node_modules / PACKAGE).is_dir() else f"{PACKAGE} in {node_modules}"


@dataclass
class _Spin:
    """Spin, ready to be drawn, and its passes by name."""

    session: RenderSession
    passes: dict[str, CompiledPass]


def _measure(work: Work, options: argparse.Namespace, folder: Path) -> Figures:
    config = Config.from_env(os.environ)
    material = jobs.write_material(folder, work.seconds)
    spec = parts.scene_spec(work, material, config, folder)
    sessions = SessionCache()
    try:
        spin = _open(sessions.open(spec))
        canvas_layers.write(spin.session.scene, spin.passes, work, folder)
        ways: dict[str, Callable[[], float]] = {
            "canvas draw": lambda: _run_canvas(work, options.node_modules, folder, None),
            "canvas video": lambda: _run_canvas(
                work, options.node_modules, folder, _encoder_argv(work, folder)
            ),
            "spin draw": lambda: _draw(spin, work),
            "fetches": lambda: _draw_fetches(spin, work),
            "spin video": lambda: jobs.render(work, material, folder / "spin.mp4").job_s,
        }
        if options.shaderflow is not None:
            ways["shaderflow"] = lambda: _run_shaderflow(work, options.shaderflow, folder)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.runs):
            for name, run in ways.items():
                times[name].append(work.frames / run())
        renderer = spin.session.context.renderer
    finally:
        sessions.close()
    rates = {name: statistics.median(values) for name, values in times.items()}
    return {
        "size": list(work.size),
        "seconds": work.seconds,
        "runs": options.runs,
        "cores": processors.available(),
        "renderer": renderer,
        "framesPerSecond": rates,
        "ratio": rates["spin video"] / rates["canvas video"],
        "drawRatio": rates["spin draw"] / rates["canvas draw"],
        "fetchesRatio": rates["fetches"] / rates["canvas draw"],
        **(
            {"shaderflowRatio": rates["spin video"] / rates["shaderflow"]}
            if "shaderflow" in rates
            else {}
        ),
    }


def _open(session: RenderSession) -> _Spin:
    passes: dict[str, CompiledPass] = {}
    session.scene.observe_passes(lambda _index, each: passes.update({each.name: each}))
    session.scene.draw(0)
    return _Spin(session, passes)


def _draw(spin: _Spin, work: Work) -> float:
    """Draw, convert and read all frames; return the seconds."""
    scene, context = spin.session.scene, spin.session.context
    frame_bytes = memoryview(bytearray(scene.planes.frame_bytes))
    began = time.perf_counter()
    for frame in range(work.frames):
        scene.draw(frame)
        context.finish()
        scene.planes.read_into(frame_bytes)
    return time.perf_counter() - began


def _draw_fetches(spin: _Spin, work: Work) -> float:
    """Draw three fetches as often as there are frames; return the seconds."""
    context = spin.session.context
    target = RenderTarget(context, work.size)
    draw_call = DrawCall(
        context, context.program(FULLSCREEN_VERTEX, _FETCHES), canvas_layers.layers(spin.passes)
    )
    draw_call.set_floats(size=tuple(map(float, work.size)))
    turns: Float64Array = 1 - np.arange(work.frames) / work.frames / 8
    began = time.perf_counter()
    for turn in turns:
        draw_call.set_floats(turn=float(turn))
        draw_call.render_to(target)
        context.finish()
    seconds = time.perf_counter() - began
    draw_call.release()
    target.release()
    return seconds


def _encoder_argv(work: Work, folder: Path) -> list[str]:
    """Return the command that encodes RGBA as a job encodes NV12, with all threads."""
    form = SegmentFormat("x264", work.size, FPS, processors.available())
    out = folder / "canvas.mp4"
    argv = ["rgba" if word == "nv12" else word for word in segment_argv(form, out)]
    at = argv.index("-c:v")
    return [*argv[:at], "-pix_fmt", "yuv420p", *argv[at:]]


def _run_canvas(work: Work, node_modules: Path, folder: Path, encoder: list[str] | None) -> float:
    """Draw all frames with the canvas, into an encoder or nowhere; return the seconds."""
    width, height = work.size
    command = ["node", str(_SCRIPT), str(node_modules.parent.resolve()), str(folder)]
    command += [str(width), str(height), str(work.frames)]
    began = time.perf_counter()
    if encoder is None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=_LIMIT_S)
        return time.perf_counter() - began
    with subprocess.Popen(command, stdout=subprocess.PIPE) as node:
        subprocess.run(encoder, stdin=node.stdout, check=True, timeout=_LIMIT_S)
        if node.wait(_LIMIT_S) != 0:
            raise RuntimeError(f"node ended with {node.returncode}")
    return time.perf_counter() - began


def _run_shaderflow(work: Work, python: Path, folder: Path) -> float:
    """Render a video by ShaderFlow; return the seconds that it prints last."""
    width, height = work.size
    command = [str(python), str(_SHADERFLOW), str(folder / "photo.jpg")]
    command += [str(folder / "shaderflow.mp4"), str(width), str(height), str(FPS)]
    settings = {**os.environ, "HOME": str(folder)}
    done = subprocess.run(
        [*command, str(work.seconds)],
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        timeout=_LIMIT_S,
    )
    return float(done.stdout.splitlines()[-1])


def _format(figures: Figures) -> Iterator[str]:
    width, height = figures["size"]
    yield (
        f"{EFFECT} {width}x{height}, {figures['seconds']} s at {FPS} frames/s;"
        f" {figures['renderer']}; {figures['cores']} cores; median of {figures['runs']}"
    )
    for name, rate in figures["framesPerSecond"].items():
        yield f"  {name:13} {rate:7.1f} frames/s {1000 / rate:7.2f} ms/frame"
    yield (
        f"  {EFFECT} / canvas: video {figures['ratio']:.2f}, draw {figures['drawRatio']:.2f};"
        f" fetches alone / canvas draw {figures['fetchesRatio']:.2f}"
    )
    if "shaderflowRatio" in figures:
        yield f"  {EFFECT} / ShaderFlow: video {figures['shaderflowRatio']:.2f}"


if __name__ == "__main__":
    sys.exit(main())
