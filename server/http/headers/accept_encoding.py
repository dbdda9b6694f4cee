"""Negotiation of content codings (RFC 9110 section 12.5.3)."""

import re

_CODING = re.compile(r"([A-Za-z0-9_.+-]{1,32}|\*)(?:\s*;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?))?")


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether a client takes gzip; one that names no coding gets none."""
    weights: dict[str, float] = {}
    for part in accept_encoding[:1000].split(","):
        match = _CODING.fullmatch(part.strip())
        if match:
            weights[match[1].lower()] = float(match[2]) if match[2] else 1.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
