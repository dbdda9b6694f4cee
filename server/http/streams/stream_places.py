"""Places of open event streams: a bounded number, shared fairly among client networks."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from server.errors import ToqiboxError
from server.jobs.model.retry_after import SOON_S

IsAllowed = Callable[[], Awaitable[bool]]
"""Returns whether a client may still follow its job."""


class OpenStream:
    """An open stream: woken by changes of its job, until it ends."""

    def __init__(self, network: str, transport: asyncio.Transport, is_allowed: IsAllowed) -> None:
        self.network = network
        self.is_allowed = is_allowed
        self.wake = asyncio.Event()
        """Set when there may be something to send, or when it ends."""
        self.is_ended = False
        self._transport = transport

    def end(self) -> None:
        """End it; one whose client does not read is aborted."""
        self.is_ended = True
        self.wake.set()
        if self._transport.get_write_buffer_size():
            self._transport.abort()


class StreamPlaces:
    """Bounds the number of open streams.

    When all places are taken, the network with the most streams loses its oldest one to a network
    with fewer.

    Args:
        max_count: places.
    """

    def __init__(self, max_count: int) -> None:
        self._max_count = max_count
        self._streams: dict[OpenStream, None] = {}

    def __len__(self) -> int:
        """Return the number of places that are taken."""
        return len(self._streams)

    @contextmanager
    def take(
        self, network: str, transport: asyncio.Transport, is_allowed: IsAllowed
    ) -> Iterator[OpenStream]:
        """Take a place for a stream; release it with the block.

        Args:
            network: that the stream counts for; see client_address.network_of.
            transport: of its connection.
            is_allowed: is called after a change of the API keys.

        Raises:
            ToqiboxError: too_many_streams.
        """
        if len(self._streams) >= self._max_count:
            self._evict_for(network)
        stream = OpenStream(network, transport, is_allowed)
        self._streams[stream] = None
        try:
            yield stream
        finally:
            self._streams.pop(stream, None)

    async def end_disallowed(self) -> None:
        """End the streams of clients that may not follow their job any more."""
        for stream in list(self._streams):
            if not await stream.is_allowed():
                stream.end()

    def close(self) -> None:
        """End every stream."""
        for stream in self._streams:
            stream.end()

    def _evict_for(self, network: str) -> None:
        counts = Counter(stream.network for stream in self._streams)
        largest, count = counts.most_common(1)[0]
        if count < counts[network] + 2:  # a swap would make nothing fairer
            detail = f"{len(self._streams)} streams are open"
            raise ToqiboxError("too_many_streams", retry_after=SOON_S, detail=detail)
        oldest = next(stream for stream in self._streams if stream.network == largest)
        del self._streams[oldest]
        oldest.end()
