"""The verdicts on the effects that a server offers: what may be drawn is known before it is asked.

A verdict is kept by all that shapes an effect and by the driver. The library is judged while the
server has nothing else to do, one effect after the other; whoever needs one that nobody has judged
yet waits for it in a lane of its own.
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
from server.jobs.store.job_table import MAX_VALIDATIONS, Store
from server.jobs.validation.validator import EffectValidator
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_MAX_WAIT_S = 45.0
"""Longest wait for a verdict; a judgement that takes longer goes on, for those who ask again."""
_SCAN_INTERVAL_S = 1.0
"""From one look at the library to the next."""
_IDLE_S = 5.0
"""So long the server must have had nothing to do before it judges unasked."""
_MAX_INTERVAL_S = 60.0
"""A server that is never idle judges after this all the same, and tries again after this."""

CacheKey = tuple[str, str]
"""What a verdict is kept by: the source's key and the driver."""


class ValidationCache:
    """Judges effects once, and remembers.

    Args:
        library: whose effects are offered.
    """

    def __init__(
        self, store: Store, machine: MachineProbe, library: Library, validator: EffectValidator
    ) -> None:
        self._store = store
        self._machine = machine
        self._library = library
        self._validator = validator
        self._results = store.load_validations()
        self._sources: dict[str, tuple[Effect, EffectSource]] = {}
        self._running: dict[CacheKey, asyncio.Task[ValidationResult | None]] = {}
        self._queue_lock = asyncio.Lock()
        self._retry_after: dict[CacheKey, float] = {}
        self._renamed: set[str] = set()
        self._watcher: asyncio.Task[None] | None = None

    # What is known

    def _key(self, source: EffectSource) -> CacheKey:
        return source.key, self._machine.driver

    def cached(self, sources: Iterable[EffectSource]) -> dict[str, ValidationResult]:
        """The verdicts that there are on some sources, by their keys."""
        result = ((source.key, self._results.get(self._key(source))) for source in sources)
        return {key: verdict for key, verdict in result if verdict is not None}

    def source(self, effect_id: str) -> EffectSource:
        """The source of an effect as its files are now.

        Raises:
            ToqiboxError: unknown_effect, or what is wrong with its file.
        """
        return self.source_of(self._library.get(effect_id))

    def source_of(self, effect: Effect) -> EffectSource:
        """Return the source of an effect that the library gave, as it was read then.

        Raises:
            ToqiboxError: what read_source raises.
        """
        known = self._sources.get(effect.id)
        if known is None or known[0] is not effect:  # the library reads again what has changed
            if len(self._sources) > MAX_VALIDATIONS:
                self._sources.clear()
            known = self._sources[effect.id] = effect, read_source(effect, self._library)
        return known[1]

    def effect(self, effect_id: str) -> Effect:
        """An effect of the library that is not known to be bad.

        Raises:
            ToqiboxError: unknown_effect, or what is wrong with it, with diagnostics.
        """
        effect = self._library.get(effect_id)
        self._raise_if_known_invalid(effect)
        return effect

    def _raise_if_known_invalid(self, effect: Effect) -> None:
        if result := self._results.get(self._key(self.source_of(effect))):
            result.raise_if_invalid(effect.id)

    def offered(self) -> tuple[list[Effect], list[InvalidEffect]]:
        """The effects of the library that are not known to be bad, and the files that are."""
        usable: list[Effect] = []
        broken = self._library.invalid()
        for effect in self._library.all():
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
        """Report whether there is a verdict on an effect."""
        try:
            return self._key(self.source_of(effect)) in self._results
        except ToqiboxError:  # its files were changed meanwhile
            return False

    def is_offered(self, effect: Effect) -> bool:
        """Whether an effect that is not known to be bad may be used without being judged first.

        Those that come with the server are drawn by its own tests.
        """
        return self.is_validated(effect) or self._library.is_built_in(effect)

    def warnings(self, effect: Effect) -> list[dict[str, Any]]:
        """Diagnostics of severity ``warning`` about an effect that can be used.

        Those about its text are always there, those about what it draws once it was judged.
        """
        result = self._results.get(self._key(self.source_of(effect)))
        return [*effect.warnings, *(result.warnings if result else ())]

    # Judging

    async def require_valid(self, source: EffectSource) -> None:
        """Go on only with a source that can be drawn; one that is unseen is judged first.

        Raises:
            ToqiboxError: shader_compile_failed or shader_rejected, with diagnostics; not_ready
                when it could not be found out in time, or draining.
        """
        result = self._results.get(self._key(source))
        if result is None:
            validation = self._start(source, self._queue_lock)
            await asyncio.wait({validation}, timeout=_MAX_WAIT_S)
            if validation.cancelled():
                raise ToqiboxError("draining", retry_after=SOON_S)
            result = validation.result() if validation.done() else None
        if result is None:
            raise ToqiboxError("not_ready", retry_after=SOON_S, detail="no verdict")
        result.raise_if_invalid(source.id)

    def _start(
        self, source: EffectSource, lock: asyncio.Lock
    ) -> "asyncio.Task[ValidationResult | None]":
        """Start to judge a source, or join the judgement that is under way."""
        key = self._key(source)
        if key not in self._running:
            validation = asyncio.create_task(self._validate(key, source, lock))
            validation.add_done_callback(lambda _done: self._running.pop(key, None))
            self._running[key] = validation
        return self._running[key]

    async def _validate(
        self, key: CacheKey, source: EffectSource, lock: asyncio.Lock
    ) -> ValidationResult | None:
        """Find a verdict and keep it; None when there was none to find. Never raises."""
        try:
            async with lock:
                result = await self._validator.validate(source)
        except Exception:
            _LOG.exception("verdict.broken")
            result = None
        if result is None:
            self._retry_after[key] = time.monotonic() + _MAX_INTERVAL_S
            return None
        log_event(
            _LOG,
            logging.WARNING if result.code or result.blank else logging.INFO,
            "effect.judged",
            effect=source.id,
            code=result.code,
            blank=result.blank,
        )
        self._results[key] = result
        if len(self._results) > MAX_VALIDATIONS:
            del self._results[next(iter(self._results))]
        try:
            await run_in_thread(self._store.save_validations, {key: result}, now_ms())
        except Exception:  # a full disk: it is judged again after the next start
            _LOG.exception("verdict.unsaved")
        return result

    # Unasked

    def watch(self, is_busy: Callable[[], bool]) -> None:
        """Judge what the library holds and whatever changes in it, until stopped."""
        self._log_renamed()
        self._watcher = asyncio.create_task(self._watch(is_busy))

    async def stop(self) -> None:
        """Kill what is under way; it leaves no verdict."""
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
                _LOG.exception("verdicts.broken")
                pending = []
            for source in pending:
                # A lane of its own: nobody waits behind what nobody has asked for.
                await asyncio.wait({self._start(source, asyncio.Lock())})
                if is_busy():
                    break
            else:
                done_at = now

    def _log_renamed(self) -> None:
        """Log each file that is offered under another id than its name's, once."""
        renamed = self._library.renamed()
        for effect_id, name in renamed.items():
            if effect_id not in self._renamed:
                log_event(
                    _LOG,
                    logging.WARNING,
                    "effect.renamed",
                    effect=effect_id,
                    file=str(self._library.path(effect_id)),
                    wanted=name.natural,
                    holder=str(name.owner),
                )
        self._renamed = set(renamed)

    def _pending_sources(self) -> list[EffectSource]:
        """The sources of the library that have no verdict and are due for one."""
        if self._machine.problems():
            return []
        self._log_renamed()
        now = time.monotonic()
        self._retry_after = {key: until for key, until in self._retry_after.items() if until > now}
        pending = []
        for effect in self._library.all():
            with contextlib.suppress(ToqiboxError):  # the listing says what is wrong with it
                source = self.source_of(effect)
                key = self._key(source)
                if key not in self._results and key not in self._retry_after:
                    pending.append((self._library.is_built_in(effect), source))
        pending.sort(key=lambda entry: entry[0])  # ours are offered already
        return [source for _, source in pending]
