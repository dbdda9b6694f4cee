"""The body of a request, read under limits on its size, its rate and its time.

aiohttp itself bounds none of these for a body that a handler streams: `client_max_size` applies
only to `request.read()` and `post()`, and no time-out covers a body.
"""

import time
from collections.abc import Callable
from functools import partial

from aiohttp import StreamReader, web

from server.errors import ToqiboxError
from server.http.limits import MEGABYTE, HttpLimits
from server.http.transfer_rate import TransferRate
from server.jobs.execution.timeouts import run_timed


class Body:
    """Reads the body of one request; every misuse by a client raises a ToqiboxError."""

    def __init__(
        self,
        content: StreamReader,
        limits: HttpLimits,
        on_received: Callable[[int, float], None] = lambda _count, _seconds: None,
    ) -> None:
        self._content = content
        self._limits = limits
        self._rate = TransferRate(limits.upload_min_rate, limits.upload_window_s)
        self._remaining_s = limits.upload_total_s
        self._last = time.monotonic()
        self._count = 0
        self._on_received = on_received

    async def read(self) -> bytes:
        """Read the bytes that have arrived since the last call; b"" once at the end.

        Raises:
            ToqiboxError: body_too_large, upload_timeout, upload_incomplete, malformed_request.
        """
        began = time.monotonic()
        self._remaining_s -= min(began - self._last, self._limits.upload_stall_s)
        left = min(self._limits.upload_stall_s, max(self._remaining_s, 0.0))
        try:
            data, took_s = await run_timed(
                left, self._content.readany(), partial(self._on_received, 0)
            )
        except TimeoutError:
            raise ToqiboxError("upload_timeout", detail="silent or too long in total") from None
        except web.RequestPayloadError as error:
            raise ToqiboxError("malformed_request", detail=str(error)[:200]) from None
        except ConnectionError as error:
            raise ToqiboxError("upload_incomplete", detail=str(error)[:200]) from None
        self._remaining_s -= took_s
        self._last = time.monotonic()
        self._count += len(data)
        self._on_received(len(data), 0.0)
        if self._count > self._limits.body_bytes:
            raise too_large(self._limits)
        self._rate.add(took_s, len(data))
        if data and self._rate.is_below_minimum:
            raise ToqiboxError("upload_timeout", detail="below the minimum rate")
        return data


def too_large(limits: HttpLimits) -> ToqiboxError:
    """Return the error for a body larger than all files and fields may be."""
    return ToqiboxError("body_too_large", limit=-(-limits.body_bytes // MEGABYTE))
