"""Lookup of host names in threads that the end of the process does not wait for.

A name server that does not answer holds getaddrinfo for half a minute, and the threads of an
executor are joined at the end of the process.
"""

import asyncio
import socket
import threading
from contextlib import suppress

Address = tuple[socket.AddressFamily, str]


async def look_up(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, each with its family.

    Raises:
        OSError: it has none.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def resolve(addresses: list[Address], error: Exception | None) -> None:
        if answer.done():  # the caller no longer waits
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    def work() -> None:
        addresses: list[Address] = []
        error: Exception | None = None
        try:
            for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                addresses.append((family, str(address[0])))
        except (OSError, UnicodeError) as raised:
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(resolve, addresses, error)

    threading.Thread(target=work, name="webhook-dns", daemon=True).start()
    return await answer
