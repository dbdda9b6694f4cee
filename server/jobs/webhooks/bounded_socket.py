"""Sockets that receive a bounded number of bytes.

aiohttp skips interim responses (RFC 9110 section 15.2) however many a receiver sends, and to parse
an endless sequence of them would leave the event loop time for nothing else.
"""

import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_RECEIVED_BYTES = 64 * 1024
"""Of one connection: certificates, interim responses, headers and the beginning of a body."""


class BoundedSocket(socket.socket):
    """A socket that fails once the peer has sent too much."""

    _left = MAX_RECEIVED_BYTES

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        """Receive no more than is left of the bound; the event loop calls this.

        Raises:
            ConnectionAbortedError: nothing is left.
        """
        if not self._left:
            raise ConnectionAbortedError(f"more than {MAX_RECEIVED_BYTES} bytes were received")
        wanted = min(nbytes or memoryview(buffer).nbytes, self._left)
        count = super().recv_into(buffer, wanted, flags)
        self._left -= count
        return count


def open_bounded(address: tuple[Any, ...]) -> socket.socket:
    """Return a new socket for one of the addresses of a host."""
    family, kind, protocol, _, _ = address
    return BoundedSocket(family, kind, protocol)
