"""URL of a webhook: read once, when a job is submitted, and again before each attempt."""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from yarl import URL

from server.jobs.webhooks.public_address import is_public
from server.messages import Message, message

MAX_URL_LENGTH = 2048
PORTS = (443, 8443)
_URL = re.compile(
    r"https://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?([/?][!-~]*)?"
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LOCAL = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "arpa")
"""Last labels of names that are not on the internet (RFC 6761, RFC 6762 appendix G, RFC 8375)."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class InvalidUrl(Exception):
    """The URL cannot be that of a webhook.

    Args:
        reason: for the client.
    """

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class WebhookUrl(NamedTuple):
    """A URL that was checked, but for the addresses of a host name."""

    url: str
    host: str
    """In lower case, without brackets."""
    port: int
    address: IPv4Address | IPv6Address | None
    """The address that the URL names; None if it has a name."""
    is_allowed: bool
    """True if the operator allows the host with any address."""


def read_url(text: str, allowed_hosts: Collection[str] = ()) -> WebhookUrl:
    """Read the URL of a webhook.

    Args:
        text: the URL.
        allowed_hosts: hosts that may have private addresses and any port.

    Raises:
        InvalidUrl: it is not an https URL of a host on the internet.
    """
    match = _URL.fullmatch(text)
    if len(text) > MAX_URL_LENGTH or match is None or "#" in text or "\\" in text:
        raise InvalidUrl(message("webhook_url", maximum=MAX_URL_LENGTH))
    host = match[1].strip("[]").lower()
    port = int(match[2] or 443)
    address = _address(host)
    is_allowed = host in allowed_hosts
    if not 0 < port < 65_536 or (port not in PORTS and not is_allowed):
        raise InvalidUrl(message("webhook_port", known=", ".join(map(str, PORTS))))
    if not is_allowed and not (is_public(address) if address else _is_public_name(host)):
        raise InvalidUrl(message("webhook_host"))
    if not _has_readable_host(text):
        raise InvalidUrl(message("webhook_host"))
    return WebhookUrl(text, host, port, address, is_allowed)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `host` is written as; None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _has_readable_host(url: str) -> bool:
    """Return whether the client of HTTP reads the host: its labels in Punycode are valid."""
    try:
        return bool(URL(url).host)
    except ValueError:
        return False


def _is_public_name(host: str) -> bool:
    """Return whether a host name can be one on the internet.

    A name that ends in a number is an address in an old notation, such as 127.1 or 0x7f000001.
    """
    labels = host.removesuffix(".").split(".")
    return (
        len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and labels[-1] not in _LOCAL
        and not _NUMBER.fullmatch(labels[-1])
    )
