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
from server.jobs.execution.machine import Health
from server.jobs.model.effect_source import Source, read_source
from server.jobs.model.job import now_ms
from server.jobs.model.validation_result import Verdict
from server.jobs.store.job_table import MOST_VERDICTS, Store
from server.jobs.validation.validator import Judge
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_PATIENCE_S = 45.0
"""Longest wait for a verdict; a judgement that takes longer goes on, for those who ask again."""
_RETRY_S = 15
_LOOK_S = 1.0
"""From one look at the library to the next."""
_QUIET_S = 5.0
"""So long the server must have had nothing to do before it judges unasked."""
_LONGEST_S = 60.0
"""A server that is never idle judges after this all the same, and tries again after this."""

Key = tuple[str, str]
"""What a verdict is kept by: the source's key and the driver."""


class Verdicts:
    """Judges effects once, and remembers.

    Args:
        library: whose effects are offered.
    """

    def __init__(self, store: Store, health: Health, library: Library, judge: Judge) -> None:
        self._store = store
        self._health = health
        self._library = library
        self._judge = judge
        self._known = store.verdicts()
        self._sources: dict[str, tuple[Effect, Source]] = {}
        self._judging: dict[Key, asyncio.Task[Verdict | None]] = {}
        self._lane = asyncio.Lock()
        self._put_off: dict[Key, float] = {}
        self._renamed: set[str] = set()
        self._watching: asyncio.Task[None] | None = None

    # What is known

    def _key(self, source: Source) -> Key:
        return source.key, self._health.driver

    def known(self, sources: Iterable[Source]) -> dict[str, Verdict]:
        """The verdicts that there are on some sources, by their keys."""
        found = ((source.key, self._known.get(self._key(source))) for source in sources)
        return {key: verdict for key, verdict in found if verdict is not None}

    def source(self, effect_id: str) -> Source:
        """The source of an effect as its files are now.

        Raises:
            ToqiboxError: unknown_effect, or what is wrong with its file.
        """
        return self.source_of(self._library.get(effect_id))

    def source_of(self, effect: Effect) -> Source:
        """Return the source of an effect that the library gave, as it was read then.

        Raises:
            ToqiboxError: what read_source raises.
        """
        known = self._sources.get(effect.id)
        if known is None or known[0] is not effect:  # the library reads again what has changed
            if len(self._sources) > MOST_VERDICTS:
                self._sources.clear()
            known = self._sources[effect.id] = effect, read_source(effect, self._library)
        return known[1]

    def effect(self, effect_id: str) -> Effect:
        """An effect of the library that is not known to be bad.

        Raises:
            ToqiboxError: unknown_effect, or what is wrong with it, with diagnostics.
        """
        effect = self._library.get(effect_id)
        self._refuse_bad(effect)
        return effect

    def _refuse_bad(self, effect: Effect) -> None:
        if found := self._known.get(self._key(self.source_of(effect))):
            found.enforce(effect.id)

    def offered(self) -> tuple[list[Effect], list[InvalidEffect]]:
        """The effects of the library that are not known to be bad, and the files that are."""
        usable: list[Effect] = []
        broken = self._library.invalid()
        for effect in self._library.all():
            try:
                self._refuse_bad(effect)
            except ToqiboxError as error:
                broken.append(
                    InvalidEffect(effect.id, effect.file, error.diagnostics or [], error.code)
                )
            else:
                usable.append(effect)
        return usable, sorted(broken, key=lambda entry: entry.id)

    def is_judged(self, effect: Effect) -> bool:
        """Report whether there is a verdict on an effect."""
        try:
            return self._key(self.source_of(effect)) in self._known
        except ToqiboxError:  # its files were changed meanwhile
            return False

    def is_offered(self, effect: Effect) -> bool:
        """Whether an effect that is not known to be bad may be used without being judged first.

        Those that come with the server are drawn by its own tests.
        """
        return self.is_judged(effect) or self._library.is_built_in(effect)

    def warnings(self, effect: Effect) -> list[dict[str, Any]]:
        """Diagnostics of severity ``warning`` about an effect that can be used.

        Those about its text are always there, those about what it draws once it was judged.
        """
        found = self._known.get(self._key(self.source_of(effect)))
        return [*effect.warnings, *(found.warnings if found else ())]

    # Judging

    async def enforce(self, source: Source) -> None:
        """Go on only with a source that can be drawn; one that is unseen is judged first.

        Raises:
            ToqiboxError: shader_compile_failed or shader_rejected, with diagnostics; not_ready
                when it could not be found out in time, or draining.
        """
        found = self._known.get(self._key(source))
        if found is None:
            judging = self._begin(source, self._lane)
            await asyncio.wait({judging}, timeout=_PATIENCE_S)
            if judging.cancelled():
                raise ToqiboxError("draining", retry_after=_RETRY_S)
            found = judging.result() if judging.done() else None
        if found is None:
            raise ToqiboxError("not_ready", retry_after=_RETRY_S, detail="no verdict")
        found.enforce(source.id)

    def _begin(self, source: Source, lane: asyncio.Lock) -> "asyncio.Task[Verdict | None]":
        """Start to judge a source, or join the judgement that is under way."""
        key = self._key(source)
        if key not in self._judging:
            judging = asyncio.create_task(self._settle(key, source, lane))
            judging.add_done_callback(lambda _done: self._judging.pop(key, None))
            self._judging[key] = judging
        return self._judging[key]

    async def _settle(self, key: Key, source: Source, lane: asyncio.Lock) -> Verdict | None:
        """Find a verdict and keep it; None when there was none to find. Never raises."""
        try:
            async with lane:
                found = await self._judge.judge(source)
        except Exception:
            _LOG.exception("verdict.broken")
            found = None
        if found is None:
            self._put_off[key] = time.monotonic() + _LONGEST_S
            return None
        log_event(
            _LOG,
            logging.WARNING if found.code or found.blank else logging.INFO,
            "effect.judged",
            effect=source.id,
            code=found.code,
            blank=found.blank,
        )
        self._known[key] = found
        if len(self._known) > MOST_VERDICTS:
            del self._known[next(iter(self._known))]
        try:
            await run_in_thread(self._store.judge, {key: found}, now_ms())
        except Exception:  # a full disk: it is judged again after the next start
            _LOG.exception("verdict.unsaved")
        return found

    # Unasked

    def watch(self, is_busy: Callable[[], bool]) -> None:
        """Judge what the library holds and whatever changes in it, until stopped."""
        self._note_names()
        self._watching = asyncio.create_task(self._watch(is_busy))

    async def stop(self) -> None:
        """Kill what is under way; it leaves no verdict."""
        tasks = [task for task in (self._watching, *self._judging.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, is_busy: Callable[[], bool]) -> None:
        quiet_since = done_at = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.monotonic()
            if is_busy():
                quiet_since = now
            if now - quiet_since < _QUIET_S and now - done_at < _LONGEST_S:
                continue
            try:
                unseen = await run_in_thread(self._unseen)
            except Exception:
                _LOG.exception("verdicts.broken")
                unseen = []
            for source in unseen:
                # A lane of its own: nobody waits behind what nobody has asked for.
                await asyncio.wait({self._begin(source, asyncio.Lock())})
                if is_busy():
                    break
            else:
                done_at = now

    def _note_names(self) -> None:
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

    def _unseen(self) -> list[Source]:
        """The sources of the library that have no verdict and are due for one."""
        if self._health.problems():
            return []
        self._note_names()
        now = time.monotonic()
        self._put_off = {key: until for key, until in self._put_off.items() if until > now}
        unseen = []
        for effect in self._library.all():
            with contextlib.suppress(ToqiboxError):  # the listing says what is wrong with it
                source = self.source_of(effect)
                key = self._key(source)
                if key not in self._known and key not in self._put_off:
                    unseen.append((self._library.is_built_in(effect), source))
        unseen.sort(key=lambda row: row[0])  # ours are offered already
        return [source for _, source in unseen]
