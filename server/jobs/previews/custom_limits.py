"""Limits of previews that draw the sources of clients, and the refusal of what exceeds them."""

from collections.abc import Iterable, Sequence
from math import ceil

from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.jobs.model.requested_effect import chain_digests
from server.jobs.model.retry_after import BUSY_S
from server.jobs.model.spec import Spec
from server.jobs.previews.drawing_failures import DrawingFailures
from server.jobs.submission import affordable
from server.jobs.submission.chain import CheckedEffect
from server.jobs.validation.cache import ValidationCache
from server.jobs.validation.custom_validations import blamed_digest, ended_by_shader, is_overrun
from server.messages import message
from server.process import processors
from server.protocol.scene import EffectInstance

_COMPILE_S = 12.0
"""Processor time in which the sources of a preview are compiled. Their validation has the compiler
optimise hardly anything, and so cannot measure that."""


class CustomLimits:
    """Refuses the previews of chains that have taken too long, or hung or ended a worker.

    What took too long is refused in previews alone, and for a while: a job has more time. Of fewer
    pixels, in a smaller frame or after fewer frames, it may be drawn: otherwise a client could have
    the source of another refused at all sizes with one large frame.

    Args:
        validations: have the costs of the sources, and the quarantine.
    """

    def __init__(self, validations: ValidationCache) -> None:
        self._validations = validations
        self._slow = DrawingFailures()
        self._late = DrawingFailures()
        """By chain: those that took too long on the clock, perhaps since the machine was busy."""

    def check(self, effects: Iterable[EffectInstance], pixels: int) -> None:
        """Refuse a chain if it, or a source in it, took too long a short time ago.

        Args:
            effects: the chain.
            pixels: of all frames that are to be drawn.

        Raises:
            ToqiboxError: shader_rejected, not_ready.
        """
        for digest in chain_digests(effects):
            self._slow.check(digest, pixels)
            self._late.check(digest, pixels)

    def processor_s(self, chain: Sequence[CheckedEffect], work: Spec, max_draw_s: float) -> int:
        """Return the processor time in seconds that a worker may take for a chain with sources.

        Args:
            chain: the effects.
            work: the frames that are drawn.
            max_draw_s: seconds in which the worker must end.
        """
        results = self._validations.cached(checked.source for checked in chain)
        draw_s = affordable.max_processor_s(chain, work, results)
        return ceil(_COMPILE_S + min(draw_s, max_draw_s * processors.available()))

    async def blame(self, effects: Sequence[EffectInstance], pixels: int, error: TaskError) -> None:
        """Refuse a chain with sources from now on, if it is the cause of an error.

        Args:
            effects: the chain.
            pixels: of all frames that were to be drawn.
            error: of the worker.

        Raises:
            ToqiboxError: shader_rejected if it is, not_ready if the machine may have been busy.
        """
        if is_overrun(error):
            why = message("slow_preview")
            refusal = ToqiboxError("shader_rejected", field="effect", why=why, detail=error.detail)
            failures, digest = self._slow, blamed_digest(effects)
        elif error.code == "render_timeout":
            refusal = ToqiboxError("not_ready", retry_after=BUSY_S, detail=error.detail)
            # Other chains with the same sources are not refused.
            failures, digest = self._late, chain_digests(effects)[-1]
        elif ended_by_shader(error):
            await self._validations.custom.quarantine(effects, error.code)
            await self._validations.custom.check_quarantine(effects)
            return
        else:
            return
        failures.add(digest, refusal, pixels)
        raise refusal from error
