"""The DevTools protocol: numbered calls and events as JSON over one WebSocket."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

_NAVIGATED = (
    "Inspected target navigated or closed",
    "Execution context was destroyed.",
    "Cannot find default execution context",
)
"""Messages of Chromium when the page of a call is navigated."""
_LARGEST = 64 * 1024 * 1024
_LOOK_S = 0.02


class DevToolsError(Exception):
    """The browser refused a call, or its connection was lost."""


class Navigated(DevToolsError):
    """The page of a call was loaded again, or left, before the call ended."""


class DevTools:
    """The connection to one browser; sessions of its pages share it ("flat" sessions).

    Every event is kept, so none is missed by who asks for it late.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._calls: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: list[dict[str, Any]] = []

    async def send(self, method: str, session: str = "", /, **params: Any) -> dict[str, Any]:
        """Call `method`; its result.

        Raises:
            Navigated: the page was loaded again, or left, meanwhile.
            DevToolsError: with the browser's own words.
        """
        number = next(self._numbers)
        self._calls[number] = asyncio.get_running_loop().create_future()
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        await self._socket.send_str(json.dumps(message))
        try:
            return await self._calls[number]
        finally:
            del self._calls[number]

    def events(self, method: str, session: str = "") -> list[dict[str, Any]]:
        """Return the parameters of all events so far of this name and session."""
        return [
            event["params"]
            for event in self._events
            if event["method"] == method and event.get("sessionId", "") == session
        ]

    async def event(
        self, method: str, session: str = "", *, within_s: float, **wanted: Any
    ) -> dict[str, Any]:
        """Return the first event, past or future, whose parameters have the values `wanted`."""
        deadline = time.monotonic() + within_s
        while True:
            for params in self.events(method, session):
                if wanted.items() <= params.items():
                    return params
            assert time.monotonic() < deadline, (method, wanted, self.events(method, session))
            await asyncio.sleep(_LOOK_S)

    async def listen(self) -> None:
        """Take messages until the connection ends."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            self._take(json.loads(message.data))
        for call in self._calls.values():
            if not call.done():
                call.set_exception(DevToolsError("the browser has gone"))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" not in message:
            self._events.append(message)
            return
        call = self._calls.get(message["id"])
        if call is None or call.done():
            return
        if "error" in message:
            text = message["error"]["message"]
            call.set_exception((Navigated if text in _NAVIGATED else DevToolsError)(text))
        else:
            call.set_result(message["result"])


@asynccontextmanager
async def connect(address: str) -> AsyncIterator[DevTools]:
    """Connect to the browser at the ws:// `address`."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(address, max_msg_size=_LARGEST) as socket,
    ):
        tools = DevTools(socket)
        listening = asyncio.create_task(tools.listen())
        try:
            yield tools
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
