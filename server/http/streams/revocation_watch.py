"""The end of event streams whose API key was revoked."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from server.access.key_ring import KeyRing
from server.http.streams.stream_places import StreamPlaces

_LOG = logging.getLogger(__name__)


class RevocationWatch:
    """Ends the streams that a change of the API keys leaves without permission.

    Args:
        keys: of the server.
        places: its open streams.
        interval_s: time between two looks at the keys.
    """

    def __init__(self, keys: KeyRing, places: StreamPlaces, interval_s: float) -> None:
        self._keys = keys
        self._places = places
        self._interval_s = interval_s

    async def run_with(self, _app: web.Application) -> AsyncIterator[None]:
        """Run for the lifetime of an application."""
        task = asyncio.create_task(self._run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _run(self) -> None:
        changes = self._keys.changes
        while True:
            await asyncio.sleep(self._interval_s)
            try:
                await self._keys.refresh()
                if self._keys.changes != changes:
                    # Read first: a change while streams are checked is one for the next time.
                    changes = self._keys.changes
                    await self._places.end_disallowed()
            except Exception:  # such as a lack of descriptors: the next look may succeed
                _LOG.exception("keys.check_failed")
