"""The task compile_for_browser: compiles the shaders of an effect as a browser does."""

from typing import Any

from server.effects.diagnostics.compiler_log import compiler_diagnostics
from server.effects.glsl import es300
from server.effects.web_program import build_program
from server.protocol.results.drawing import BrowserCompilation
from server.protocol.tasks import CompileForBrowser
from server.protocol.wire.progress import ProgressReporter
from server.render.gl.context import GlError
from server.render.gl.es_context import EsContext
from server.render.scene import load_effect
from server.render.session import SESSIONS

_MAX_DIAGNOSTICS = 5
"""Largest number of diagnostics in a result."""


def run(task: CompileForBrowser, progress: ProgressReporter) -> BrowserCompilation:
    """Compile every pass of the chain's last effect as a browser does, without drawing.

    Raises:
        ToqiboxError: the effect cannot be read.
    """
    effect = load_effect(task.effect)
    progress.stage("compile")
    SESSIONS.close()
    passes = [
        (
            (web_pass["vertex"], web_pass["fragment"]),
            (es300.translate(effect_pass.vertex), es300.translate(effect_pass.fragment)),
        )
        for web_pass, effect_pass in zip(
            build_program(effect)["passes"], effect.passes, strict=True
        )
    ]
    try:
        with EsContext() as context:
            diagnostics: list[dict[str, Any]] = []
            for shaders, unguarded in dict.fromkeys(passes):
                log = context.error_log(*shaders)
                if log is not None:
                    # Without guards, columns in the log match the author's text.
                    log = context.error_log(*unguarded) or log
                    diagnostics = compiler_diagnostics(log, effect.listings, unguarded)
                    break
            return BrowserCompilation(
                renderer=context.renderer,
                why="",
                diagnostics=tuple(diagnostics[:_MAX_DIAGNOSTICS]),
            )
    except GlError as error:
        return BrowserCompilation(renderer=None, why=str(error), diagnostics=())
