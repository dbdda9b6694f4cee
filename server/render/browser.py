"""The browser task: compile the shaders that a browser gets of an effect, as OpenGL ES 3.0."""

from typing import Any

from server.effects.messages import compiler_diagnostics
from server.effects.program import program
from server.render.context import GlError
from server.render.es_context import EsContext
from server.render.events import Emit, Result, Spec
from server.render.opened import KEEPER
from server.render.scene import load_row

_MOST = 5
"""Largest number of messages in a result."""


def run(spec: Spec, emit: Emit) -> Result:
    """Compile every pass of the last effect of the chain as a browser does, and draw nothing.

    Returns:
        `renderer` (null where there is no OpenGL ES, with the reason in `why`), and `diagnostics`
        of the first pass that is refused.

    Raises:
        ToqiboxError: the effect cannot be read.
    """
    effect = load_row(spec["effects"][-1])
    emit.stage("browser")
    KEEPER.close()
    passes = program(effect)["passes"]
    try:
        with EsContext() as context:
            refused: list[dict[str, Any]] = []
            for vertex, fragment in dict.fromkeys(
                (one["vertex"], one["fragment"]) for one in passes
            ):
                log = context.error_log(vertex, fragment)
                if log is not None:
                    refused = compiler_diagnostics(log, effect.listings, (vertex, fragment))
                    break
            return {"renderer": context.renderer, "why": "", "diagnostics": refused[:_MOST]}
    except GlError as error:
        return {"renderer": None, "why": str(error), "diagnostics": []}
