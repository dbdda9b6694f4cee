"""The scans of a JPEG file (ITU-T T.81, annex B), and whether they hold the whole picture."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""A marker that ends entropy-coded data: neither a stuffed byte nor a restart (B.1.1.2)."""
_SCAN, _END, _TABLES, _BARE = 0xDA, 0xD9, 0xC4, (0x01, 0xD8)
_AC, _LENGTHS = 0x10, 17
"""Class of the tables for AC coefficients; where the symbols of a table begin."""
_HOLE = bytes(128)
_COEFFICIENTS = 64
_MISSING = 16
"""Stands for the low bits of a coefficient of which no scan has told; 13 are the most (G.1.2.1)."""


class Scan(NamedTuple):
    """One scan."""

    header: bytes
    """The body of its SOS segment (B.2.3)."""
    end: int
    """Offset after its entropy-coded data."""
    start: int = 0
    """Offset of those data."""
    firsts: tuple[int, ...] = ()
    """The symbol of the code of zero bits alone, of each AC table that it uses."""


def find(data: bytes) -> Iterator[Scan]:
    """Yield the scans of a file up to its end marker; none of a thumbnail inside a segment."""
    at, tables = 2, dict[int, int]()
    while (found := _MARKER.search(data, at)) is not None:
        at, kind = found.end(), found[1][0]
        if kind == _END:
            return
        if kind in _BARE:
            continue
        start, at = at + 2, at + max(2, int.from_bytes(data[at : at + 2], "big"))
        if kind == _TABLES:
            tables |= _first_symbols(data[start:at])
        elif kind == _SCAN:
            after = _MARKER.search(data, at)
            end = after.start() if after else len(data)
            header = data[start:at]
            used = (tables.get(_AC | choice & 15) for choice in header[2:-3:2])
            yield Scan(header, end, at, tuple(symbol for symbol in used if symbol is not None))
            at = end


def _first_symbols(body: bytes) -> Iterator[tuple[int, int]]:
    """Yield class and number of each table of a DHT segment, and its first symbol (B.2.4.2)."""
    while len(body) > _LENGTHS:
        yield body[0], body[_LENGTHS]
        body = body[_LENGTHS + sum(body[1:_LENGTHS]) :]


def has_hole(data: bytes, scans: Iterable[Scan]) -> bool:
    """Return whether zeros stand in the data of a baseline scan that no picture is coded to.

    Zeros may code a flat area, where the code of zero bits means the end of a block. Where it
    means a coefficient, many blocks would consist of that one in all frequencies.
    """
    return any(any(scan.firsts) and data.find(_HOLE, scan.start, scan.end) >= 0 for scan in scans)


def are_complete(scans: Iterable[Scan], components: Collection[int]) -> bool:
    """Return whether the scans of a progressive file refine all coefficients to their last bit.

    Args:
        scans: in the order of the file.
        components: their identifiers in the frame header.
    """
    left = {component: [_MISSING] * _COEFFICIENTS for component in components}
    for header, *_ in scans:
        count = header[0] if header else 0
        if len(header) != 4 + 2 * count:
            return False
        first, last, bits = header[-3:]
        for component in header[1 : 1 + 2 * count : 2]:
            low = left.setdefault(component, [_MISSING] * _COEFFICIENTS)
            low[first : last + 1] = [bits & 15] * len(low[first : last + 1])
    return not any(any(low) for low in left.values())
