"""Public addresses: those that a server on the internet can have.

`ipaddress.is_global` alone would pass multicast, and IPv6 addresses in which a private IPv4
address is embedded.
"""

from ipaddress import IPv4Address, IPv6Address, ip_network

_NAT64 = ip_network("64:ff9b::/96")
"""Translates to IPv4 (RFC 6052): such an address is what the one in its last 32 bits is."""
_UNICAST = ip_network("2000::/3")
"""All that is assigned for the internet (RFC 4291 section 2.4)."""
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"),
            *("224.0.0.0/4", "240.0.0.0/4"),
            # Special purposes, Teredo among them; documentation; 6to4.
            *("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16"),
        ),
    )
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""Bits 64 to 96 of an address that tunnels to IPv4 (RFC 5214 section 6.1)."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address, and an IPv4 address embedded in it, is public."""
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is not None:
            return is_public(embedded)
        if address.scope_id or address not in _UNICAST or (int(address) >> 32) % 2**32 in _ISATAP:
            return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to `address` reach, if they do so by its form."""
    if address in _NAT64:
        return IPv4Address(int(address) % 2**32)
    return address.ipv4_mapped
