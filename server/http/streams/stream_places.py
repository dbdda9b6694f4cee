"""Places of open event streams: a bounded number, shared fairly among client networks."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import ToqiboxError
from server.jobs.model.retry_after import SOON_S


class OpenStream:
    """An open stream: woken by changes of its job, until it ends."""

    def __init__(self, network: str, transport: asyncio.Transport) -> None:
        self.network = network
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
    def take(self, network: str, transport: asyncio.Transport) -> Iterator[OpenStream]:
        """Take a place for a stream; release it with the block.

        Args:
            network: that the stream counts for; see client_address.network_of.
            transport: of its connection.

        Raises:
            ToqiboxError: too_many_streams.
        """
        if len(self._streams) >= self._max_count:
            self._evict_for(network)
        stream = OpenStream(network, transport)
        self._streams[stream] = None
        try:
            yield stream
        finally:
            self._streams.pop(stream, None)

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
