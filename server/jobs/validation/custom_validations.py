"""Validation of sources that clients send: apart from the library, and never in its way."""

import logging
from collections.abc import Iterable

from server.errors import ToqiboxError
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.job import now_ms
from server.jobs.model.requested_effect import chain_digests, source_digest
from server.jobs.model.retry_after import SOON_S
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.database.sqlite import DiskFull
from server.jobs.store.store import Store
from server.jobs.validation.validator import EffectValidator
from server.logging_json import log_event
from server.messages import message
from server.protocol.scene import EffectInstance

_LOG = logging.getLogger(__name__)
MAX_RESULTS = 500
"""Maximum number of results, in memory alone, so that none displaces one of the library."""
_LIMITS = QueueLimits(places=2, places_each=1, waiting=32, waiting_each=4, max_wait_s=20.0)
"""Of the validations. One of a client leaves a place to the others, and hardly any client sends
more than a few at one time."""
_TYPICAL_S, _MAX_COUNTED_S = 1.0, 20.0


class CustomValidations:
    """Validates sources, and refuses those that once hung or ended a worker.

    Clients take turns, and each has at most one validated at a time.

    Args:
        store: has the quarantine.
        machine: names the driver.
        validator: validates in a worker of its own.
    """

    def __init__(self, store: Store, machine: MachineProbe, validator: EffectValidator) -> None:
        self._store = store
        self._machine = machine
        self._validator = validator
        self._results: dict[tuple[str, str], ValidationResult] = {}
        self._queue = FairQueue(_LIMITS, initial_s=_TYPICAL_S, max_counted_s=_MAX_COUNTED_S)

    @property
    def is_busy(self) -> bool:
        """True while a source is being validated."""
        return self._queue.is_in_use

    def cached(self, source: EffectSource) -> ValidationResult | None:
        """Return the result of a source, if there is one."""
        return self._results.get((source.key, self._machine.driver))

    async def require_valid(self, source: EffectSource, share: str) -> None:
        """Refuse an invalid source; validate it first if it has no result.

        Args:
            source: what to validate.
            share: of the client in the queue; see FairQueue.

        Raises:
            ToqiboxError: shader_compile_failed or shader_rejected, with diagnostics or the reason;
                rate_limited if too many wait or the wait is too long, not_ready without a result.
        """
        await self.check_quarantine([source.with_local_paths])
        result = self.cached(source)
        if result is None or result.ended_worker:  # its refusal was lifted
            self._results.pop((source.key, self._machine.driver), None)
            result = await self._wait_and_validate(source, share)
        if result is None:
            raise ToqiboxError("not_ready", retry_after=SOON_S, detail="no validation result")
        result.raise_if_invalid(source.id)

    async def check_quarantine(self, effects: Iterable[EffectInstance]) -> None:
        """Refuse a chain that once hung or ended a worker, or has a source whose validation did.

        Raises:
            ToqiboxError: shader_rejected.
        """
        if await self._store.quarantine.holds_any(chain_digests(effects)):
            raise ToqiboxError("shader_rejected", field="effect", why=message("quarantined"))

    async def quarantine(self, effects: Iterable[EffectInstance], code: str) -> None:
        """Refuse a chain with sources from now on: it hung or ended its worker.

        A source alone, with its defaults, is refused with any params and in any chain. Otherwise
        only the same chain with the same params is: they may be the cause.
        """
        await quarantine(self._store, effects, code)

    async def _wait_and_validate(self, source: EffectSource, share: str) -> ValidationResult | None:
        async with self._queue.acquire(share):
            return self.cached(source) or await self._validate(source)

    async def _validate(self, source: EffectSource) -> ValidationResult | None:
        driver = self._machine.driver
        result = await self._validator.validate(source)
        if result is None:
            return None
        facts = {"effect": source.id, "code": result.code, "blank": result.blank}
        log_event(_LOG, logging.INFO, "effect.validated", **facts)
        self._results[source.key, driver] = result
        if len(self._results) > MAX_RESULTS:
            del self._results[next(iter(self._results))]
        if result.ended_worker:
            await _add(self._store, source_digest(source.text), result.code or "")
        return result


def ended_by_shader(error: TaskError) -> bool:
    """Return whether a worker that was drawing hung, or ended by itself."""
    crashed = error.code == "worker_crashed" and not error.is_external
    return error.code == "render_stalled" or crashed


def is_overrun(error: TaskError) -> bool:
    """Return whether a worker exceeded its limit of processor time."""
    return error.code == "worker_crashed" and error.detail.startswith("signal SIGXCPU")


async def quarantine(store: Store, effects: Iterable[EffectInstance], code: str) -> None:
    """Refuse a chain with sources from now on; see CustomValidations.quarantine."""
    if digest := blamed_digest(effects):
        await _add(store, digest, code)


def blamed_digest(effects: Iterable[EffectInstance]) -> str:
    """Return the digest of what is refused when a chain fails; empty for one without sources.

    It is that of a source alone, with its defaults, else that of the chain: its params may be the
    cause.
    """
    chain = list(effects)
    digests = chain_digests(chain)
    is_source_alone = len(chain) == 1 and not chain[0].params
    return digests[0 if is_source_alone else -1] if digests else ""


async def _add(store: Store, digest: str, code: str) -> None:
    log_event(_LOG, logging.WARNING, "effect.quarantined", digest=digest, code=code)
    try:
        await store.quarantine.add(digest, code, now_ms())
    except DiskFull:
        _LOG.exception("quarantine.save_failed")
