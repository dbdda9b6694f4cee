"""The chunks of a PNG file (ISO/IEC 15948) that its pixels need."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 100_000
_MAX_PROFILE_BYTES = 4_000_000
"""Maximum bytes of an ICC profile; larger ones are ignored. Real ones have up to 2.6 million."""
_MAX_EXIF_BYTES = 1_000_000
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"IEND")
"""Chunks other than IDAT that affect pixels."""
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""First column and row of each pass, and the distances to the next ones (8.2)."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class DamagedPng(ValueError):
    """A PNG file that violates the format."""


@dataclass(frozen=True)
class PngHeader:
    """The IHDR chunk (11.2.2)."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    @classmethod
    def parse(cls, body: bytes) -> "PngHeader":
        """Parse the body of the chunk.

        Raises:
            DamagedPng: it is not a valid header.
        """
        if len(body) != 13:
            raise DamagedPng("IHDR")
        width, height, depth, colour, packing, filtering, interlacing = struct.unpack(
            ">IIBBBBB", body
        )
        is_valid = colour in _CHANNELS and depth in (1, 2, 4, 8, 16) and width and height
        if not is_valid or packing or filtering or interlacing > 1:
            raise DamagedPng("IHDR")
        return cls(width, height, depth, colour, bool(interlacing))

    def body(self) -> bytes:
        """Return the body of the chunk."""
        size = struct.pack(">II", self.width, self.height)
        return size + bytes([self.depth, self.colour, 0, 0, self.interlaced])

    @property
    def row_bytes(self) -> int:
        """Bytes of a row without its filter byte."""
        return self._packed(self.width)

    @property
    def filtered_bytes(self) -> int:
        """Bytes of all rows including filter bytes, over all passes of interlacing (8.2)."""
        if not self.interlaced:
            return self.height * (self.row_bytes + 1)
        total = 0
        for left, top, across, down in _ADAM7:
            width, height = -(-(self.width - left) // across), -(-(self.height - top) // down)
            total += height * (self._packed(width) + 1) if width > 0 and height > 0 else 0
        return total

    def _packed(self, width: int) -> int:
        return (width * self.depth * _CHANNELS[self.colour] + 7) // 8

    @property
    def step(self) -> int:
        """Distance in bytes to the left neighbour that filters refer to (9.2)."""
        return max(1, self.depth * _CHANNELS[self.colour] // 8)


@dataclass
class PngFile:
    """A PNG file in memory, split into chunks."""

    header: PngHeader
    palette: bytes | None = None
    clear: bytes | None = None
    """The body of tRNS."""
    profile: bytes | None = None
    """The ICC profile."""
    exif: bytes | None = None
    animated: bool = False
    data: list[memoryview] = field(default_factory=list)
    """The bodies of IDAT chunks, in order; the last one may be incomplete."""
    whole: bool = False
    """True if the file has its IEND chunk."""
    kept: list[memoryview] = field(default_factory=list)
    """The complete chunks that affect pixels."""

    def plain(self) -> bytes:
        """Return the file without metadata."""
        return SIGNATURE + b"".join(self.kept)


def read(content: bytes) -> PngFile:
    """Parse the chunks of a file.

    Metadata never causes an error: damaged, unknown or too large chunks are left out.

    Raises:
        DamagedPng: the file has no header.
    """
    file: PngFile | None = None
    for kind, chunk, body in _chunks(memoryview(content)):
        if file is None:
            if kind != b"IHDR":
                raise DamagedPng("no IHDR")
            file = PngFile(PngHeader.parse(bytes(body)))
        _store_chunk(file, kind, chunk, body)
        if kind == b"IEND":
            file.whole = True
            return file
    if file is None:
        raise DamagedPng("no IHDR")
    return file


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and CRC (5.3)."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(content: memoryview) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Yield kind, whole chunk and body of each chunk; the last body may be incomplete."""
    at = len(SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(content):
            return
        length, kind = int.from_bytes(content[at : at + 4], "big"), bytes(content[at + 4 : at + 8])
        yield kind, content[at : at + 12 + length], content[at + 8 : at + 8 + length]
        at += 12 + length


def _store_chunk(file: PngFile, kind: bytes, chunk: memoryview, body: memoryview) -> None:
    if kind == b"IDAT":
        file.data.append(body)
    if kind == b"IDAT" or kind in _PIXEL_CHUNKS:
        file.kept.append(chunk)
    if kind == b"acTL":
        file.animated = True
    elif kind == b"PLTE":
        file.palette = bytes(body)
    elif kind == b"tRNS":
        file.clear = bytes(body)
    elif kind == b"eXIf" and len(body) <= _MAX_EXIF_BYTES:
        file.exif = bytes(body)
    elif kind == b"iCCP":
        file.profile = _profile(bytes(body))


def _profile(body: bytes) -> bytes | None:
    """Return the ICC profile of an iCCP chunk (11.3.3.3); None if broken or too large."""
    packed = body.partition(b"\0")[2][1:]
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(packed, _MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if inflater.eof else None
