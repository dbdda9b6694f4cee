"""Client of webhooks: one POST to a checked address, with every wait and size bounded."""

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping
from functools import cached_property
from ipaddress import ip_address
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from server import __version__
from server.jobs.webhooks.bounded_socket import open_bounded
from server.jobs.webhooks.name_lookup import look_up
from server.jobs.webhooks.public_address import is_public
from server.jobs.webhooks.webhook_url import WebhookUrl

_READ_BYTES = 1024
"""Read of a response: enough to let a well-behaved receiver end it."""
_RETRY_AFTER = re.compile(r"[0-9]{1,6}")
_USER_AGENT = f"toqibox-render/{__version__}"


class Reply(NamedTuple):
    """Response of a receiver."""

    status: int
    retry_after_s: int
    """Seconds of its Retry-After; 0 without one."""


class NotDelivered(Exception):
    """There was no response; the message says why, without the addresses of a network."""


class WebhookClient:
    """Sends messages.

    Args:
        timeout_s: maximum time of name resolution, connection and response together.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Trusts the authorities of the system, or of SSL_CERT_FILE."""
        return ssl.create_default_context()

    async def post(self, target: WebhookUrl, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a message and return the response; a redirect is one, and is not followed.

        The host's addresses are checked again, and the connection is made to those that were.

        Raises:
            NotDelivered: there was no response in time.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                addresses = await self._resolve(target)
                return await self._post(target, addresses, headers, body)
        except TimeoutError:
            raise NotDelivered(f"no response within {self._timeout_s:g} s") from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise NotDelivered(f"TLS: {error.certificate_error}"[:300]) from error
        except aiohttp.ClientResponseError as error:  # its text has the URL
            raise NotDelivered(f"{type(error).__name__}: {error.message}"[:300]) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}"[:300]) from error

    async def _resolve(self, target: WebhookUrl) -> list[ResolveResult]:
        """Return the addresses of a host, all of which are public or allowed.

        Raises:
            NotDelivered: an address is private.
            OSError: the name has no address.
        """
        addresses = await look_up(target.host, target.port)
        if not target.is_allowed and not all(is_public(ip_address(host)) for _, host in addresses):
            raise NotDelivered("the host has an address that is not public")
        return [
            ResolveResult(
                hostname=target.host,
                host=host,
                port=target.port,
                family=family,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for family, host in addresses
        ]

    async def _post(
        self,
        target: WebhookUrl,
        addresses: list[ResolveResult],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Reply:
        connector = aiohttp.TCPConnector(
            ssl=self._tls,
            resolver=_Pinned(addresses),
            use_dns_cache=False,
            force_close=True,
            limit=1,
            socket_factory=open_bounded,
        )
        sent = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": _USER_AGENT,
            **headers,
        }
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                read_bufsize=_READ_BYTES,
            ) as session,
            session.post(target.url, data=body, headers=sent, allow_redirects=False) as response,
        ):
            await response.content.read(_READ_BYTES)
            retry_after = response.headers.get("Retry-After", "").strip()
            response.close()  # what it still sends is not read
            is_seconds = _RETRY_AFTER.fullmatch(retry_after)
            return Reply(response.status, int(retry_after) if is_seconds else 0)


class _Pinned(AbstractResolver):
    """Resolver that knows nothing but the checked addresses."""

    def __init__(self, addresses: list[ResolveResult]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return self._addresses

    async def close(self) -> None:
        """Close nothing."""
