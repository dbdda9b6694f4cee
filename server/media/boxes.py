"""The boxes of an MP4 file of ours (ISO/IEC 14496-12), as far as ffprobe does not tell of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def kinds(path: Path) -> list[bytes]:
    """The types of the top-level boxes, in the order of the file."""
    with path.open("rb") as file:
        return [kind for kind, _, _ in _boxes(file, 0, path.stat().st_size)]


def length(path: Path) -> tuple[int, int]:
    """Duration of the first track's media in ticks, and ticks a second (`mdhd`, 8.4.2).

    Raises:
        ValueError: there is none.
    """
    with path.open("rb") as file:
        start, end = 0, path.stat().st_size
        for wanted in (b"moov", b"trak", b"mdia", b"mdhd"):
            start, end = _first(file, wanted, start, end)
        file.seek(start)
        body = file.read(min(end - start, 36))
    first, size = (20, 8) if body[:1] == b"\1" else (12, 4)
    scale, ticks = body[first : first + 4], body[first + 4 : first + 4 + size]
    return int.from_bytes(ticks, "big"), int.from_bytes(scale, "big")


def _first(file: BinaryIO, wanted: bytes, start: int, end: int) -> tuple[int, int]:
    for kind, inner, after in _boxes(file, start, end):
        if kind == wanted:
            return inner, after
    raise ValueError(f"no {wanted.decode()} box")


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start of the content and end of each box between `start` and `end` (4.2)."""
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        size, inner = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:
            size, inner = int.from_bytes(head[8:16], "big"), start + 16
        if size < 8:  # 0 reaches to the end of the file; less is damage
            size = end - start
        yield head[4:8], inner, start + size
        start += size
