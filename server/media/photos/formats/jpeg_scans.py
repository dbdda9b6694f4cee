"""The scans of a JPEG file (ITU-T T.81, annex B), and whether they are complete."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

_MARKER = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""A marker that ends entropy-coded data: neither a stuffed byte nor a restart (B.1.1.2)."""
_SCAN, _END, _TABLES, _STANDALONE = 0xDA, 0xD9, 0xC4, (0x01, 0xD8)
_AC, _LENGTHS = 0x10, 17
"""Class of the tables for AC coefficients; offset of the symbols in a table."""
_ZERO_RUN = bytes(128)
_COEFFICIENTS = 64
_UNSEEN_BITS = 16
"""Missing low bits of a coefficient that no scan contains; 13 is the maximum (G.1.2.1)."""


class Scan(NamedTuple):
    """One scan."""

    header: bytes
    """The body of its SOS segment (B.2.3)."""
    end: int
    """Offset after its entropy-coded data."""
    start: int = 0
    """Offset of those data."""
    first_symbols: tuple[int, ...] = ()
    """The symbol of the all-zero code, for each AC table that it uses."""


def find_scans(data: bytes) -> Iterator[Scan]:
    """Yield the scans of a file up to its end marker, without those of an embedded thumbnail."""
    position, tables = 2, dict[int, int]()
    while (marker := _MARKER.search(data, position)) is not None:
        position, kind = marker.end(), marker[1][0]
        if kind == _END:
            return
        if kind in _STANDALONE:
            continue
        start, position = (
            position + 2,
            position + max(2, int.from_bytes(data[position : position + 2], "big")),
        )
        if kind == _TABLES:
            tables |= _first_symbols(data[start:position])
        elif kind == _SCAN:
            after = _MARKER.search(data, position)
            end = after.start() if after else len(data)
            header = data[start:position]
            symbols = (tables.get(_AC | choice & 15) for choice in header[2:-3:2])
            yield Scan(
                header, end, position, tuple(symbol for symbol in symbols if symbol is not None)
            )
            position = end


def _first_symbols(body: bytes) -> Iterator[tuple[int, int]]:
    """Yield class and number of each table of a DHT segment, and its first symbol (B.2.4.2)."""
    while len(body) > _LENGTHS:
        yield body[0], body[_LENGTHS]
        body = body[_LENGTHS + sum(body[1:_LENGTHS]) :]


def has_zero_run(data: bytes, scans: Iterable[Scan]) -> bool:
    """Return whether a baseline scan contains a run of zeros that no image is encoded to.

    Zeros may encode a flat area if the all-zero code means the end of a block. If it means a
    coefficient, many blocks would have that coefficient in all frequencies.
    """
    return any(
        any(scan.first_symbols) and data.find(_ZERO_RUN, scan.start, scan.end) >= 0
        for scan in scans
    )


def are_complete(scans: Iterable[Scan], components: Collection[int]) -> bool:
    """Return whether the scans of a progressive file refine all coefficients to their last bit.

    Args:
        scans: in the order of the file.
        components: their identifiers in the frame header.
    """
    low_bits = {component: [_UNSEEN_BITS] * _COEFFICIENTS for component in components}
    for header, *_ in scans:
        count = header[0] if header else 0
        if len(header) != 4 + 2 * count:
            return False
        first, last, approximation = header[-3:]
        for component in header[1 : 1 + 2 * count : 2]:
            bits_of_component = low_bits.setdefault(component, [_UNSEEN_BITS] * _COEFFICIENTS)
            bits_of_component[first : last + 1] = [approximation & 15] * len(
                bits_of_component[first : last + 1]
            )
    return not any(any(bits_of_component) for bits_of_component in low_bits.values())
