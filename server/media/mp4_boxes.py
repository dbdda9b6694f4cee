"""The boxes of an MP4 file (ISO/IEC 14496-12), as far as ffmpeg does not tell of them."""

import struct
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 10_000
_MOST_TRACKS = 16
_LONGEST_BODY = 4096
_PROTECTED = (b"drms", b"enca")


def kinds(path: Path) -> list[bytes]:
    """The types of the top-level boxes, in the order of the file."""
    with path.open("rb") as file:
        return [kind for kind, _, _ in _boxes(file, 0, path.stat().st_size)]


def reach(path: Path) -> int:
    """The byte after the last top-level box, by the sizes that the boxes state."""
    with path.open("rb") as file:
        return max((end for _, _, end in _boxes(file, 0, path.stat().st_size)), default=0)


def length(path: Path) -> tuple[int, int]:
    """Duration of the first track's media in ticks, and ticks a second (`mdhd`, 8.4.2).

    Raises:
        ValueError: there is none.
    """
    with path.open("rb") as file:
        start, end = 0, path.stat().st_size
        for wanted in (b"moov", b"trak", b"mdia", b"mdhd"):
            start, end = _first(file, wanted, start, end)
        return _length(_body(file, (start, end)))


def sound_seconds(path: Path) -> Decimal | None:
    """How long the first sound track says that it plays; None where that cannot be found.

    That is the sum of its edits (`elst`, 8.6.6) after an empty one, or else its media's length.
    """
    try:
        with path.open("rb") as file:
            moov = _first(file, b"moov", 0, path.stat().st_size)
            scale = _length(_body(file, _first(file, b"mvhd", *moov)))[1]
            track, media = _sound_track(file, moov)
            edits = _edits(file, track)
            ticks, rate = (edits, scale) if edits else _length(_mdhd(file, media))
            return Decimal(ticks) / rate if ticks and rate else None
    except (ValueError, struct.error):
        return None


def is_protected(path: Path) -> bool:
    """Return whether the samples of the first sound track are encrypted (8.12; `drms`: Apple's)."""
    try:
        with path.open("rb") as file:
            _, place = _sound_track(file, _first(file, b"moov", 0, path.stat().st_size))
            for wanted in (b"minf", b"stbl", b"stsd"):
                place = _first(file, wanted, *place)
            return _body(file, place)[12:16] in _PROTECTED
    except ValueError:
        return False


def covers(path: Path, most: int) -> list[bytes]:
    """Read the pictures of `covr`, of any declared kind (QuickTime File Format, metadata).

    Args:
        path: the file.
        most: bytes that a picture may have; a longer one is left out.
    """
    with path.open("rb") as file:
        try:
            place = _first(file, b"moov", 0, path.stat().st_size)
            place = _first(file, b"meta", *_first(file, b"udta", *place))
            ilst = _first(file, b"ilst", place[0] + 4, place[1])
            places = [box[1:] for box in _boxes(file, *_first(file, b"covr", *ilst))]
        except ValueError:
            return []
        found = []
        for start, end in places:
            if 8 < end - start <= most:
                file.seek(start + 8)
                found.append(file.read(end - start - 8))
    return found


def _sound_track(file: BinaryIO, moov: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Places of the first sound track and of its media.

    Raises:
        ValueError: there is none.
    """
    tracks = [box[1:] for box in _boxes(file, *moov) if box[0] == b"trak"]
    for track in tracks[:_MOST_TRACKS]:
        media = _first(file, b"mdia", *track)
        if _body(file, _first(file, b"hdlr", *media))[8:12] == b"soun":
            return track, media
    raise ValueError("no sound track")


def _mdhd(file: BinaryIO, media: tuple[int, int]) -> bytes:
    return _body(file, _first(file, b"mdhd", *media))


def _edits(file: BinaryIO, track: tuple[int, int]) -> int:
    """Ticks that the edits of a track last, those of `mvhd`; 0 without edits."""
    try:
        body = _body(file, _first(file, b"elst", *_first(file, b"edts", *track)))
    except ValueError:
        return 0
    layout = struct.Struct(">QqI" if body[:1] == b"\1" else ">IiI")
    count = min(int.from_bytes(body[4:8], "big"), (len(body) - 8) // layout.size)
    rows = [layout.unpack_from(body, 8 + row * layout.size) for row in range(count)]
    return sum(duration for duration, start, _ in rows if start >= 0)


def _length(body: bytes) -> tuple[int, int]:
    """Duration and ticks a second of an `mvhd` or `mdhd` box (8.2.2, 8.4.2)."""
    first, size = (20, 8) if body[:1] == b"\1" else (12, 4)
    scale, ticks = body[first : first + 4], body[first + 4 : first + 4 + size]
    return int.from_bytes(ticks, "big"), int.from_bytes(scale, "big")


def _body(file: BinaryIO, place: tuple[int, int]) -> bytes:
    start, end = place
    file.seek(start)
    return file.read(min(end - start, _LONGEST_BODY))


def _first(file: BinaryIO, wanted: bytes, start: int, end: int) -> tuple[int, int]:
    for kind, inner, after in _boxes(file, start, end):
        if kind == wanted:
            return inner, after
    raise ValueError(f"no {wanted.decode()} box")


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start of the content and end of each box between `start` and `end` (4.2)."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        size, inner = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:
            size, inner = int.from_bytes(head[8:16], "big"), start + 16
        if size < 8:  # 0 reaches to the end of the file; less is damage
            size = end - start
        yield head[4:8], inner, start + size
        start += size
