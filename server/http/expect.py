"""The header Expect: 100-continue (RFC 9110 section 10.1.1)."""

from aiohttp import HttpVersion11, web


async def withhold_100_continue(request: web.Request) -> None:
    """Handle `Expect` by sending nothing: the request has to be checked first."""


async def send_100_continue(request: web.Request) -> None:
    """Send 100 Continue to a client that waits for it (RFC 9110 section 10.1.1)."""
    expected = request.headers.get("Expect", "").lower() == "100-continue"
    if expected and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The writer must not count these bytes as the beginning of the response.
        request.writer.output_size = 0
