"""ICC profiles made from the numbers of their colour spaces (ICC.1:2022; v2 for the tables)."""

import struct
from itertools import product

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Primaries = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
"""Chromaticities x, y of red, green and blue."""
SRGB: Primaries = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE_RGB: Primaries = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
DISPLAY_P3: Primaries = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
ADOBE_GAMMA = 563 / 256
D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_D65 = (0.3127, 0.3290)
_GRID = 9


def adobe_rgb() -> bytes:
    """Return the profile of Adobe RGB (1998), 4.3.1: primaries, white D65, gamma 563/256."""
    gamma = b"curv" + struct.pack(">IIH", 0, 1, round(ADOBE_GAMMA * 256))
    return _matrix(ADOBE_RGB, gamma, 0x02100000)


def display_p3() -> bytes:
    """Return the profile of Display P3: primaries of SMPTE RP 431-2, white D65, curve of sRGB."""
    curve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    parametric = b"para" + struct.pack(">IHH", 0, 3, 0) + b"".join(map(_fixed, curve))
    return _matrix(DISPLAY_P3, parametric, 0x04300000)


def four_inks() -> bytes:
    """Return the profile of a press whose inks filter light in turn, as a table of Lab values."""
    inks = np.array(
        [[0.02, 0.30, 0.65], [0.60, 0.03, 0.20], [0.85, 0.70, 0.03], [0.02, 0.02, 0.02]]
    )
    levels = np.linspace(0, 1, _GRID)
    table = bytearray()
    to_xyz = to_d50(SRGB)
    for amounts in product(levels, repeat=4):
        light = np.prod([1 - a + a * ink for a, ink in zip(amounts, inks, strict=True)], axis=0)
        lightness, a, b = _lab(to_xyz @ light)
        table += bytes(round(v) for v in (lightness * 2.55, a + 128, b + 128))
    straight = bytes(range(256))
    identity = b"".join(_fixed(v) for v in np.eye(3).ravel())
    lut = b"mft1" + bytes(4) + bytes((4, 3, _GRID, 0)) + identity
    tags = {b"A2B0": lut + straight * 4 + bytes(table) + straight * 3, b"wtpt": _xyz(D50)}
    return _profile(b"prtr", b"CMYK", b"Lab ", 0x02100000, tags)


def _matrix(primaries: Primaries, curve: bytes, version: int) -> bytes:
    columns = to_d50(primaries)
    tags = {name: _xyz(columns[:, i]) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    tags[b"wtpt"] = _xyz(D50)
    return _profile(b"mntr", b"RGB ", b"XYZ ", version, tags)


def to_d50(primaries: Primaries) -> Matrix:
    """Return the matrix of linear RGB under D65 to XYZ adapted to D50 by Bradford's transform."""
    white = _of_chromaticity(_D65)
    raw = np.column_stack([_of_chromaticity(xy) for xy in primaries])
    matrix = raw * np.linalg.solve(raw, white)
    scale = np.diag((_BRADFORD @ D50) / (_BRADFORD @ white))
    adapted: Matrix = np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD @ matrix
    return adapted


def _of_chromaticity(xy: tuple[float, float]) -> Matrix:
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _lab(xyz: Matrix) -> tuple[float, float, float]:
    """Convert to CIE 1976 L*a*b* under D50."""
    x, y, z = (_root(float(value)) for value in xyz / D50)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    limit = 6 / 29
    return float(np.cbrt(part)) if part > limit**3 else part / (3 * limit**2) + 4 / 29


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(value: Matrix) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, value))


def _text(version: int, text: str) -> bytes:
    if version >= 0x04000000:
        encoded = text.encode("utf-16-be")
        return (
            b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(encoded), 28) + encoded
        )
    encoded = text.encode() + b"\0"
    return b"desc" + struct.pack(">II", 0, len(encoded)) + encoded + bytes(4 + 4 + 2 + 1 + 67)


def _profile(
    kind: bytes, space: bytes, connection: bytes, version: int, tags: dict[bytes, bytes]
) -> bytes:
    tags = {b"desc": _text(version, "test"), b"cprt": _text(version, "public domain"), **tags}
    if version < 0x04000000:
        tags[b"cprt"] = b"text" + bytes(4) + b"public domain\0"
    entries, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        entries += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), version, kind, space, connection)
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += b"".join(map(_fixed, D50)) + bytes(48)
    return head + struct.pack(">I", len(tags)) + entries + body
