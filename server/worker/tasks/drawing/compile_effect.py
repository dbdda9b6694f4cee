"""The task compile_effect: compiles an effect and draws it, to check that it works here.

It is meant for a fresh process with limits on time and memory: an effect that crashes or hangs the
compiler takes down only this process.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.effects.budget.budget_check import check_budget, read_custom_effect
from server.effects.model.text_style import SAMPLE_CREDITS
from server.errors import ToqiboxError
from server.protocol.results.drawing import CompiledEffect
from server.protocol.scene import SceneSpec
from server.protocol.tasks import CompileEffect
from server.protocol.wire.progress import ProgressReporter
from server.render.effect.cost import PassCosts
from server.render.effect.defects import explain_blank, non_finite_warnings, read_floats
from server.render.effect.loop_counts import LoopCounter
from server.render.effect.renderer import CompiledPass, compile_pass
from server.render.gl.context import Context, GlError
from server.render.gl.gpu import open_context
from server.render.gl.memory_budget import rejection_error
from server.render.gl.pixels import read_rgba
from server.render.gl.render_target import RenderTarget
from server.render.scene import Scene, load_effect
from server.render.session import SESSIONS

FPS = 10
SAMPLE_FRAMES = 2
"""Consecutive frames that are checked; a sequential effect also draws the frames before them."""
SAMPLE_START_S = 1
"""Default time of the first checked frame, whole seconds after the start."""
_REDUCED_LLVMPIPE = {"LP_NUM_THREADS": "2", "GALLIVM_PERF": "nopt"}
_MAX_REDRAW_S = 2.0
"""Processor time within which a blank effect is drawn again, to find the reason."""
_LOOP_COUNTING_S = 5.0
"""Processor time until which loop iterations are counted in as many pixels as possible, on a
software renderer: half of the limit for a validation."""
_MAX_READ_S = 1.0
"""Processor time within which the text of a custom effect is read."""
_CUBE_EDGE = 128
"""A cube of the usual size costs 2700 times as much to draw as the frame that is checked."""


def run(task: CompileEffect, progress: ProgressReporter) -> CompiledEffect:
    """Compile the chain of a task and draw it with the default photo and audio.

    Raises:
        ToqiboxError: ``shader_compile_failed`` and ``shader_rejected`` with diagnostics,
            ``render_failed`` for OpenGL errors.
    """
    start, cpu_start_s = time.perf_counter(), time.process_time()
    first = (SAMPLE_START_S if task.at_s is None else task.at_s) * FPS
    _check_custom_effects(task)
    spec = SceneSpec(
        # Guarded loops would all end: those of a client are counted like any other.
        effects=tuple(replace(instance, custom=False) for instance in task.effects),
        photo=None,
        features=None,
        size=task.size,
        fps=FPS,
        frames=first + SAMPLE_FRAMES,
        fit="cover",
        title=SAMPLE_CREDITS["title"],
        artist=SAMPLE_CREDITS["artist"],
        egl_device=task.egl_device,
        gpu=task.gpu,
        require_gpu=False,
        cube_edge=_CUBE_EDGE,
    )
    SESSIONS.close()  # OpenGL calls go to the context opened last
    try:
        progress.stage("context")
        with _reduced_llvmpipe():
            context = open_context(spec.egl_device, spec.gpu)
        with context:
            progress.stage("compile")
            scene = Scene(context, spec)
            pass_costs = PassCosts(context, spec.size)
            loop_guard = _LoopGuard(context, scene, cpu_start_s)

            def before_pass(index: int, step: CompiledPass) -> None:
                loop_guard.before_pass(index, step)
                pass_costs.before_pass(index, step)

            scene.observe_passes(before_pass)
            visible = _draw(scene, spec, progress, pass_costs)
            context.check("drawing")
            cost = pass_costs.frame_cost()
            warnings = non_finite_warnings(scene.effects, scene.persistent_targets)
            quick = time.process_time() - cpu_start_s < _MAX_REDRAW_S
            why = "" if visible else _explain_blank(context, scene, spec, progress, again=quick)
            _check_guards(context, task)
            return CompiledEffect(
                renderer=context.renderer,
                software=context.software,
                blank=not visible,
                why=why,
                warnings=tuple(warnings),
                cost=cost,
                seconds=time.perf_counter() - start,
            )
    except GlError as error:
        raise ToqiboxError("render_failed", detail=str(error)) from error
    except MemoryError as error:
        detail = "it exceeds the memory limit"
        raise ToqiboxError("shader_rejected", detail=detail) from error


def _check_custom_effects(task: CompileEffect) -> None:
    """Refuse the effects that clients have sent and that are too large or slow by their text.

    The server reads them again, in its own process.

    Raises:
        ToqiboxError: ``shader_compile_failed`` and ``shader_rejected`` with diagnostics.
    """
    for instance in task.effects:
        if instance.custom:
            start_s = time.process_time()
            effect = read_custom_effect(instance.id, instance.file, instance.source)
            if time.process_time() - start_s > _MAX_READ_S:
                raise rejection_error(effect, "it takes too long to read: make it shorter")
            check_budget(effect)


def _check_guards(context: Context, task: CompileEffect) -> None:
    """Refuse a custom effect that does not compile with the guards that it is drawn with."""
    for instance in task.effects:
        if not instance.custom:
            continue
        guarded = load_effect(instance)
        known = load_effect(replace(instance, custom=False)).passes
        for effect_pass in guarded.passes:
            if effect_pass in known:
                continue
            try:
                compile_pass(context, guarded, effect_pass)
            except ToqiboxError as error:
                raise rejection_error(guarded, "its loops cannot be limited") from error


@contextmanager
def _reduced_llvmpipe() -> Iterator[None]:
    """Limit the resources of Mesa's llvmpipe, which reads this when it is opened.

    It gets two threads, since each takes address space, which is limited, and unoptimised machine
    code: two frames are drawn up to thirty times sooner than their code is optimised.
    """
    previous = {name: os.environ.get(name) for name in _REDUCED_LLVMPIPE}
    os.environ.update(_REDUCED_LLVMPIPE)
    try:
        yield
    finally:
        for name, value in previous.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _LoopGuard:
    """Counts the iterations of a scene's loops before the first draws of each pass.

    A GPU might never return from an endless draw, so all pixels are counted before the first one. A
    software renderer leaves its loops by itself, though late: a few pixels are counted before the
    first draw, and as many as time allows before the second.

    Args:
        context: the context of the scene.
        scene: the scene.
        cpu_start_s: processor time of this process before compiling, seconds.
    """

    def __init__(self, context: Context, scene: Scene, cpu_start_s: float) -> None:
        self._rounds = [LoopCounter(context, effect) for effect in scene.effects]
        self._software = context.software
        self._cpu_start_s = cpu_start_s
        self._draws: Counter[tuple[int, str]] = Counter()

    def before_pass(self, index: int, step: CompiledPass) -> None:
        self._draws[index, step.name] += 1
        draws = self._draws[index, step.name]
        if not self._software:
            if draws == 1:
                self._rounds[index].count(step, math.inf)
        elif draws <= 2:
            left = _LOOP_COUNTING_S - (time.process_time() - self._cpu_start_s)
            self._rounds[index].count(step, left if draws == 2 else 0.0)


def _explain_blank(
    context: Context, scene: Scene, spec: SceneSpec, progress: ProgressReporter, *, again: bool
) -> str:
    """Return the likely reason for a blank output; draw `again`, in floats, to find it."""
    frames: list[NDArray[np.float32]] = []
    if again:
        # Floats take four times the memory, which may exceed the limit.
        with suppress(ToqiboxError, GlError):
            floats = Scene(context, replace(spec, float_targets=True))
            _draw(floats, spec, progress, PassCosts(context, spec.size), frames.append)
    return explain_blank(scene.effects[-1], frames or [read_floats(scene.output)])


def _draw(
    scene: Scene,
    spec: SceneSpec,
    progress: ProgressReporter,
    costs: PassCosts,
    on_frame: Callable[[NDArray[np.float32]], None] | None = None,
) -> bool:
    """Draw the necessary frames; return True if a checked frame shows anything.

    Args:
        scene: the scene.
        spec: its spec.
        progress: called before each pass.
        costs: measures each pass.
        on_frame: called with each checked frame as floats, height by width by RGBA.
    """

    def time_pass(name: str, draw: Callable[[], bool]) -> bool:
        # A software renderer compiles a pass again at its first draw.
        progress.stage("draw")
        return costs.time_pass(name, draw)

    visible = False
    scene.begin(0)
    for frame in range(0 if scene.sequential else spec.frames - SAMPLE_FRAMES, spec.frames):
        scene.draw_effects(frame, time_pass)
        visible = visible or _is_visible(scene.output)
        if on_frame is not None and frame >= spec.frames - SAMPLE_FRAMES:
            on_frame(read_floats(scene.output))
    return visible


def _is_visible(render_target: RenderTarget) -> bool:
    pixels = read_rgba(render_target)
    return bool(np.any(pixels[..., :3].any(axis=-1) & (pixels[..., 3] > 0)))
