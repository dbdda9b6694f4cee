"""Validation results of the effects of a server, computed in advance and cached.

A result is stored by everything that affects an effect and by the driver. The library is validated
while the server is idle, one effect at a time; a request for an effect without a result validates
it in a separate queue, unless the effect is built in: those are covered by tests.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from server.concurrency import run_in_thread
from server.effects.effect import Effect
from server.effects.library.library import InvalidEffect, Library
from server.errors import ToqiboxError
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.effect_source import EffectSource, read_source
from server.jobs.model.job import now_ms
from server.jobs.model.retry_after import SOON_S
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.store import Store
from server.jobs.store.validations import MAX_VALIDATIONS
from server.jobs.validation.custom_validations import CustomValidations
from server.jobs.validation.validator import EffectValidator
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_MAX_WAIT_S = 45.0
"""Maximum wait for a result; a longer validation continues for later requests."""
_SCAN_INTERVAL_S = 1.0
"""Interval of scans of the library."""
_IDLE_S = 5.0
"""Idle time of the server before it validates in the background."""
_MAX_INTERVAL_S = 60.0
"""Interval of background validation if the server is never idle, and of retries."""

CacheKey = tuple[str, str]
"""The source's key and the driver."""


class ValidationCache:
    """Validates effects once and caches the results.

    Args:
        library: effects of the server.
    """

    def __init__(
        self, store: Store, machine: MachineProbe, library: Library, validator: EffectValidator
    ) -> None:
        self._store = store
        self._machine = machine
        self.library = library
        self._validator = validator
        self.custom = CustomValidations(store, machine, validator)
        self._results: dict[CacheKey, ValidationResult] = {}
        self._sources: dict[str, tuple[Effect, EffectSource]] = {}
        self._running: dict[CacheKey, asyncio.Task[ValidationResult | None]] = {}
        self._queue_lock = asyncio.Lock()
        self._retry_after: dict[CacheKey, float] = {}
        self._renamed: set[str] = set()
        self._watcher: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Load the results that an earlier server saved."""
        self._results = {**await self._store.validations.load(), **self._results}

    # What is known

    def _key(self, source: EffectSource) -> CacheKey:
        return source.key, self._machine.driver

    def cached(self, sources: Iterable[EffectSource]) -> dict[str, ValidationResult]:
        """Return the cached results of some sources by their keys."""
        results = (
            (
                source.key,
                self.custom.cached(source)
                if source.custom
                else self._results.get(self._key(source)),
            )
            for source in sources
        )
        return {key: result for key, result in results if result is not None}

    def source(self, effect_id: str) -> EffectSource:
        """Return the current source of an effect.

        Raises:
            ToqiboxError: unknown_effect, or the error of its file.
        """
        return self.source_of(self.library.get(effect_id))

    def source_of(self, effect: Effect) -> EffectSource:
        """Return the source of an effect as the library read it.

        Raises:
            ToqiboxError: see read_source.
        """
        known = self._sources.get(effect.id)
        if known is None or known[0] is not effect:  # the library reads changed files again
            if len(self._sources) > MAX_VALIDATIONS:
                self._sources.clear()
            known = self._sources[effect.id] = effect, read_source(effect, self.library)
        return known[1]

    def effect(self, effect_id: str) -> Effect:
        """Return an effect of the library that is not known to be invalid.

        Raises:
            ToqiboxError: unknown_effect, or the error of the effect, with diagnostics.
        """
        effect = self.library.get(effect_id)
        self._raise_if_known_invalid(effect)
        return effect

    def _raise_if_known_invalid(self, effect: Effect) -> None:
        if result := self._results.get(self._key(self.source_of(effect))):
            result.raise_if_invalid(effect.id)

    def offered(self) -> tuple[list[Effect], list[InvalidEffect]]:
        """Return the effects that are not known to be invalid, and the invalid files."""
        usable: list[Effect] = []
        broken = self.library.invalid()
        for effect in self.library.all():
            try:
                self._raise_if_known_invalid(effect)
            except ToqiboxError as error:
                broken.append(
                    InvalidEffect(effect.id, effect.file, error.diagnostics or [], error.code)
                )
            else:
                usable.append(effect)
        return usable, sorted(broken, key=lambda entry: entry.id)

    def is_validated(self, effect: Effect) -> bool:
        """Return whether an effect has a result."""
        try:
            return self._key(self.source_of(effect)) in self._results
        except ToqiboxError:  # its files have changed meanwhile
            return False

    def is_offered(self, effect: Effect) -> bool:
        """Return whether an effect that is not known to be invalid may be used without validation.

        The built-in effects are covered by tests.
        """
        return self.is_validated(effect) or self.library.is_built_in(effect)

    def warnings(self, effect: Effect) -> list[dict[str, Any]]:
        """Return the diagnostics of severity ``warning`` of a valid effect.

        Warnings about its text are always present, those about its frames once it is validated.
        """
        result = self._results.get(self._key(self.source_of(effect)))
        return [*effect.warnings, *(result.warnings if result else ())]

    # Validation

    async def require_valid(self, source: EffectSource, share: str) -> None:
        """Refuse an invalid source; validate it first if it has no result and is not built in.

        Args:
            source: what to validate.
            share: of the client, in whose turn its own source is validated, see CustomValidations;
                empty for an effect of the library.

        Raises:
            ToqiboxError: shader_compile_failed or shader_rejected, with diagnostics; not_ready
                if there is no result in time, or draining.
        """
        if source.custom:
            await self.custom.require_valid(source, share)
            return
        result = self._results.get(self._key(source))
        if result is None:
            if source.built_in:
                return
            validation = self._start(source, self._queue_lock)
            await asyncio.wait({validation}, timeout=_MAX_WAIT_S)
            if validation.cancelled():
                raise ToqiboxError("draining", retry_after=SOON_S)
            result = validation.result() if validation.done() else None
        if result is None:
            raise ToqiboxError("not_ready", retry_after=SOON_S, detail="no validation result")
        result.raise_if_invalid(source.id)

    def _start(
        self, source: EffectSource, lock: asyncio.Lock
    ) -> "asyncio.Task[ValidationResult | None]":
        """Start to validate a source, or join the validation that is running."""
        key = self._key(source)
        if key not in self._running:
            validation = asyncio.create_task(self._validate(key, source, lock))
            validation.add_done_callback(lambda _done: self._running.pop(key, None))
            self._running[key] = validation
        return self._running[key]

    async def _validate(
        self, key: CacheKey, source: EffectSource, lock: asyncio.Lock
    ) -> ValidationResult | None:
        """Validate a source and cache the result; return None if inconclusive. Never raises."""
        try:
            async with lock:
                result = await self._validator.validate(source)
        except Exception:
            _LOG.exception("validation.failed")
            result = None
        if result is None:
            self._retry_after[key] = time.monotonic() + _MAX_INTERVAL_S
            return None
        log_event(
            _LOG,
            logging.WARNING if result.code or result.blank else logging.INFO,
            "effect.validated",
            effect=source.id,
            code=result.code,
            blank=result.blank,
        )
        self._results[key] = result
        if len(self._results) > MAX_VALIDATIONS:
            del self._results[next(iter(self._results))]
        try:
            await self._store.validations.save({key: result}, now_ms())
        except Exception:  # a full disk: it is validated again after the next start
            _LOG.exception("validation.save_failed")
        return result

    # Background

    def watch(self, is_busy: Callable[[], bool]) -> None:
        """Validate the effects of the library, and those that change, until stopped."""
        self._log_renamed()
        self._watcher = asyncio.create_task(self._watch(is_busy))

    async def stop(self) -> None:
        """Cancel the running validations without a result."""
        tasks = [task for task in (self._watcher, *self._running.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, is_busy: Callable[[], bool]) -> None:
        quiet_since = done_at = time.monotonic()
        while True:
            await asyncio.sleep(_SCAN_INTERVAL_S)
            now = time.monotonic()
            if is_busy():
                quiet_since = now
            if now - quiet_since < _IDLE_S and now - done_at < _MAX_INTERVAL_S:
                continue
            try:
                pending = await run_in_thread(self._pending_sources)
            except Exception:
                _LOG.exception("validation.scan_failed")
                pending = []
            for source in pending:
                # A lock of its own: requests never wait for background validation.
                await asyncio.wait({self._start(source, asyncio.Lock())})
                if is_busy():
                    break
            done_at = now

    def _log_renamed(self) -> None:
        """Log each file once whose id differs from its name."""
        renamed = self.library.renamed()
        for effect_id, name in renamed.items():
            if effect_id not in self._renamed:
                log_event(
                    _LOG,
                    logging.WARNING,
                    "effect.renamed",
                    effect=effect_id,
                    file=str(self.library.path(effect_id)),
                    wanted=name.natural,
                    holder=str(name.owner),
                )
        self._renamed = set(renamed)

    def _pending_sources(self) -> list[EffectSource]:
        """Return the sources of the library that have no result and are due for validation."""
        if self._machine.problems():
            return []
        self._log_renamed()
        now = time.monotonic()
        self._retry_after = {key: until for key, until in self._retry_after.items() if until > now}
        pending = []
        for effect in self.library.all():
            with contextlib.suppress(ToqiboxError):  # the listing reports its error
                source = self.source_of(effect)
                key = self._key(source)
                if key not in self._results and key not in self._retry_after:
                    pending.append((self.library.is_built_in(effect), source))
        pending.sort(key=lambda entry: entry[0])  # built-in effects last: they are offered already
        return [source for _, source in pending]
