"""The boxes of an MP4 file (ISO/IEC 14496-12), where ffmpeg's output is not enough."""

import struct
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

_MAX_BOXES = 10_000
_MAX_TRACKS = 16
_MAX_BODY_BYTES = 4096
_PROTECTED = (b"drms", b"enca")


def box_types(path: Path) -> list[bytes]:
    """Return the types of the top-level boxes, in the order of the file."""
    with path.open("rb") as file:
        return [kind for kind, _, _ in _boxes(file, 0, path.stat().st_size)]


def stated_end(path: Path) -> int:
    """Return the byte after the last top-level box, by the sizes that the boxes state."""
    with path.open("rb") as file:
        return max((end for _, _, end in _boxes(file, 0, path.stat().st_size)), default=0)


def media_duration(path: Path) -> tuple[int, int]:
    """Return the duration of the first track's media in ticks, and ticks a second (8.4.2).

    Raises:
        ValueError: the file has no such box.
    """
    with path.open("rb") as file:
        whole = (0, path.stat().st_size)
        extent = _nested_box(file, (b"moov", b"trak", b"mdia", b"mdhd"), *whole)
        return _duration_and_timescale(_read_body(file, extent))


def sample_count(path: Path) -> int:
    """Return the number of samples of the first track (`stsz`, 8.7.3): frames, for video.

    Raises:
        ValueError: the file has no such box.
    """
    with path.open("rb") as file:
        box_types = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz")
        extent = _nested_box(file, box_types, 0, path.stat().st_size)
        return int.from_bytes(_read_body(file, extent)[8:12], "big")


def audio_seconds(path: Path) -> Decimal | None:
    """Return the stated duration of the first audio track; None if it cannot be determined.

    It is the sum of its non-empty edits (`elst`, 8.6.6), otherwise the duration of its media.
    """
    try:
        with path.open("rb") as file:
            moov = _first_box(file, b"moov", 0, path.stat().st_size)
            movie_timescale = _duration_and_timescale(
                _read_body(file, _first_box(file, b"mvhd", *moov))
            )[1]
            track, media = _audio_track(file, moov)
            edited_ticks = _edits(file, track)
            ticks, timescale = (
                (edited_ticks, movie_timescale)
                if edited_ticks
                else _duration_and_timescale(_mdhd(file, media))
            )
            return Decimal(ticks) / timescale if ticks and timescale else None
    except (ValueError, struct.error):
        return None


def is_protected(path: Path) -> bool:
    """Return whether the first audio track is encrypted (8.12; `drms`: Apple's)."""
    try:
        with path.open("rb") as file:
            _, media = _audio_track(file, _first_box(file, b"moov", 0, path.stat().st_size))
            extent = _nested_box(file, (b"minf", b"stbl", b"stsd"), *media)
            return _read_body(file, extent)[12:16] in _PROTECTED
    except ValueError:
        return False


def cover_pictures(path: Path, max_bytes: int) -> list[bytes]:
    """Read the pictures of `covr`, of any declared kind (QuickTime File Format, metadata).

    Args:
        path: the file.
        max_bytes: maximum size of a picture; larger ones are left out.
    """
    with path.open("rb") as file:
        try:
            extent = _first_box(file, b"moov", 0, path.stat().st_size)
            extent = _first_box(file, b"meta", *_first_box(file, b"udta", *extent))
            ilst = _first_box(file, b"ilst", extent[0] + 4, extent[1])
            extents = [box[1:] for box in _boxes(file, *_first_box(file, b"covr", *ilst))]
        except ValueError:
            return []
        pictures = []
        for start, end in extents:
            if 8 < end - start <= max_bytes:
                file.seek(start + 8)
                pictures.append(file.read(end - start - 8))
    return pictures


def _audio_track(file: BinaryIO, moov: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the extents of the first audio track and of its media.

    Raises:
        ValueError: the file has no audio track.
    """
    tracks = [box[1:] for box in _boxes(file, *moov) if box[0] == b"trak"]
    for track in tracks[:_MAX_TRACKS]:
        media = _first_box(file, b"mdia", *track)
        if _read_body(file, _first_box(file, b"hdlr", *media))[8:12] == b"soun":
            return track, media
    raise ValueError("no audio track")


def _mdhd(file: BinaryIO, media: tuple[int, int]) -> bytes:
    return _read_body(file, _first_box(file, b"mdhd", *media))


def _edits(file: BinaryIO, track: tuple[int, int]) -> int:
    """Return the duration of a track's edits in ticks of `mvhd`; 0 without edits."""
    try:
        body = _read_body(file, _first_box(file, b"elst", *_first_box(file, b"edts", *track)))
    except ValueError:
        return 0
    entry_format = struct.Struct(">QqI" if body[:1] == b"\1" else ">IiI")
    count = min(int.from_bytes(body[4:8], "big"), (len(body) - 8) // entry_format.size)
    entries = [
        entry_format.unpack_from(body, 8 + index * entry_format.size) for index in range(count)
    ]
    return sum(duration for duration, start, _ in entries if start >= 0)


def _duration_and_timescale(body: bytes) -> tuple[int, int]:
    """Return duration and ticks a second of an `mvhd` or `mdhd` box (8.2.2, 8.4.2)."""
    first, size = (20, 8) if body[:1] == b"\1" else (12, 4)
    scale, ticks = body[first : first + 4], body[first + 4 : first + 4 + size]
    return int.from_bytes(ticks, "big"), int.from_bytes(scale, "big")


def _read_body(file: BinaryIO, extent: tuple[int, int]) -> bytes:
    start, end = extent
    file.seek(start)
    return file.read(max(0, min(end - start, _MAX_BODY_BYTES)))


def _nested_box(
    file: BinaryIO, box_types: Sequence[bytes], start: int, end: int
) -> tuple[int, int]:
    """Return the extent of a box by the types of those around it, outermost first, and its own."""
    for box_type in box_types:
        start, end = _first_box(file, box_type, start, end)
    return start, end


def _first_box(file: BinaryIO, box_type: bytes, start: int, end: int) -> tuple[int, int]:
    for kind, content, after in _boxes(file, start, end):
        if kind == box_type:
            return content, after
    raise ValueError(f"no {box_type.decode()} box")


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, content start and end of each box between `start` and `end` (4.2)."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        size, content = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:
            size, content = int.from_bytes(head[8:16], "big"), start + 16
        if size < 8:  # 0 extends to the end of the file; other small values are damage
            size = end - start
        yield head[4:8], content, start + size
        start += size
