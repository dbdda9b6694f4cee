"""The address of the client behind a request, also behind proxies."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web

from server.config import Config
from server.settings.readers import Network

_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")
_MAX_HOPS = 32
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")
Address = IPv4Address | IPv6Address
_CLIENT_PREFIX_BITS = 64
"""Bits of an IPv6 address that a single client cannot choose (RFC 4291 section 2.5.1)."""
_SHARED_NETWORKS = (ip_network("fe80::/10"), ip_network("64:ff9b::/96"))
"""Networks of many clients: those on a link, and all of IPv4 behind a translator (RFC 6052)."""


def client_address(request: web.BaseRequest, config: Config) -> str:
    """Return the address that sent `request`; empty where the connection has none.

    It is the connection's own address, unless that is one of TRUSTED_PROXIES: then the last address
    of X-Forwarded-For that is not a trusted proxy's. The addresses before that were written by the
    client itself and are ignored.
    """
    peer = request.remote or ""
    if not is_trusted_proxy(peer, config):
        return peer
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    client = peer
    for hop in reversed(forwarded.split(",")[-_MAX_HOPS:]):
        address = _parse_address(hop.strip())
        if address is None:
            break
        client = str(address)
        if not _is_trusted(address, config.trusted_proxies):
            break
    return client


def is_trusted_proxy(address: str, config: Config) -> bool:
    """Return whether the address of a connection is one of TRUSTED_PROXIES."""
    return _is_trusted(_parse_address(address), config.trusted_proxies)


def network_of(address: str) -> str:
    """Return the network that counts as one client: an IPv4 address, the /64 of an IPv6 one.

    Text that is not an address is returned as it is.
    """
    parsed = _parse_address(address)
    if not isinstance(parsed, IPv6Address) or any(
        parsed in network for network in _SHARED_NETWORKS
    ):
        return str(parsed or address)
    return str(ip_network((parsed, _CLIENT_PREFIX_BITS), strict=False))


def proxy_request_id(request: web.BaseRequest, config: Config) -> str | None:
    """Return the X-Request-Id that a trusted proxy gave `request`; None if there is none.

    It has at most 128 letters, digits and ``. _ : + / = @ -``; any other text is ignored.
    """
    if not is_trusted_proxy(request.remote or "", config):
        return None
    values = request.headers.getall("X-Request-Id", ())
    return values[0] if len(values) == 1 and _REQUEST_ID.fullmatch(values[0]) else None


def _parse_address(text: str) -> Address | None:
    """Parse an address, also with a port or as IPv4 mapped into IPv6; None for any other text."""
    match = _WITH_PORT.fullmatch(text)
    bare = (match[1] or match[2]) if match else text
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_trusted(address: Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)
