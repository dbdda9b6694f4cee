"""The pictures in a track's tags, of any declared type: ID3v2, FLAC blocks, `covr` of MP4.

ffmpeg omits those with a declared type it does not know; here only their content counts.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from server.media import mp4_boxes
from server.media.sniff import id3_length

_MAX_BYTES = 64 << 20
_MAX_TAGS, _MAX_FRAMES = 8, 10_000
_MAX_TEXT_BYTES = 1 << 16
_FRAME_ID = re.compile(rb"[A-Z0-9]{3,4}")
_LINK = b"-->"
"""MIME type of a linked picture."""
_FLAC_PICTURE = 6
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40
"""Flags of a tag (id3.org, ID3v2.4 section 3.1)."""


class EmbeddedPicture(NamedTuple):
    """One picture."""

    kind: int
    """3 is the front cover, 1 and 2 are icons (ID3v2.4 section 4.14; FLAC has the same)."""
    data: bytes


class _FrameFlags(NamedTuple):
    """Packing of a frame: flags of its second byte (2.3: 3.3.1, 2.4: 4.1.2)."""

    encrypted: int
    compressed: int
    has_group: int
    has_length: int
    """The content is preceded by a 4-byte length."""


_FRAME_FLAGS = {3: _FrameFlags(0x40, 0x80, 0x20, 0x80), 4: _FrameFlags(0x04, 0x08, 0x40, 0x01)}


def find_pictures(path: Path) -> Iterator[EmbeddedPicture]:
    """Yield the pictures of a track in the order of the file."""
    with path.open("rb") as file:
        at = 0
        for _ in range(_MAX_TAGS):
            file.seek(at)
            head = file.read(10)
            length = id3_length(head)
            if not length:
                break
            yield from _pictures_of_tag(head, file.read(min(length - 10, _MAX_BYTES)))
            at += length
        if head.startswith(b"fLaC"):
            file.seek(at + 4)
            yield from _pictures_of_flac(file)
    if head[4:8] == b"ftyp":
        yield from (EmbeddedPicture(3, data) for data in mp4_boxes.cover_pictures(path, _MAX_BYTES))


def _pictures_of_tag(head: bytes, body: bytes) -> Iterator[EmbeddedPicture]:
    version, flags = head[3], head[5]
    if version < 4 and flags & _UNSYNCHRONISED:
        body = body.replace(b"\xff\0", b"\xff")
    at = 0
    if flags & _EXTENDED and version in _FRAME_FLAGS:
        at = 4 + int.from_bytes(body[:4], "big") if version == 3 else _synchsafe(body[:4])
    id_bytes, size_bytes = (3, 3) if version == 2 else (4, 4)
    for _ in range(_MAX_FRAMES):
        start = at + (6 if version == 2 else 10)
        name, stated = body[at : at + id_bytes], body[at + id_bytes : at + id_bytes + size_bytes]
        if start > len(body) or not _FRAME_ID.fullmatch(name):
            return
        size = _frame_size(version, stated, body, start)
        if name in (b"APIC", b"PIC"):
            frame = body[start : start + size]
            frame_flags = body[start - 1] if version in _FRAME_FLAGS else 0
            if version == 4 and (frame_flags & 2 or flags & _UNSYNCHRONISED):
                frame = frame.replace(b"\xff\0", b"\xff")
            yield from _pictures_of_frame(version, _unpack(version, frame_flags, frame))
        at = start + size


def _frame_size(version: int, stated: bytes, body: bytes, start: int) -> int:
    """Return the size of a frame; some programs write 2.4 sizes with 8 bits a byte, not 7."""
    plain = int.from_bytes(stated, "big")
    if version != 4:
        return plain
    safe = _synchsafe(stated)
    ends = [start + safe, start + plain]
    is_followed = [
        end == len(body) or body[end : end + 1] == b"\0" or _is_frame(body[end : end + 4])
        for end in ends
    ]
    return (
        plain if max(stated, default=0) > 127 or (is_followed[1] and not is_followed[0]) else safe
    )


def _is_frame(name: bytes) -> bool:
    return len(name) == 4 and _FRAME_ID.fullmatch(name) is not None


def _synchsafe(stated: bytes) -> int:
    """Decode a number with 7 bits a byte (ID3v2.4 section 6.2)."""
    return sum((byte & 127) << 7 * place for place, byte in enumerate(reversed(stated)))


def _unpack(version: int, frame_flags: int, frame: bytes) -> bytes:
    """Return the content of a frame; empty if it is encrypted or broken."""
    bits = _FRAME_FLAGS.get(version)
    if bits is None:
        return frame
    if frame_flags & bits.encrypted:
        return b""
    skipped = (4 if frame_flags & bits.has_length else 0) + (
        1 if frame_flags & bits.has_group else 0
    )
    if not frame_flags & bits.compressed:
        return frame[skipped:]
    try:
        return zlib.decompressobj().decompress(frame[skipped:], _MAX_BYTES)
    except zlib.error:
        return b""


def _pictures_of_frame(version: int, content: bytes) -> Iterator[EmbeddedPicture]:
    """Yield the picture of an APIC frame (2.4: 4.14) or a PIC frame (2.2: 4.15)."""
    if version == 2:
        mime, rest = content[1:4], content[4:]
    else:
        mime, _, rest = content[1:].partition(b"\0")
    if mime == _LINK or len(rest) < 2:
        return
    description_and_data = rest[1:]
    if content[0] in (1, 2):  # UTF-16: two zero bytes at an even offset
        ends = (
            at
            for at in range(0, _MAX_TEXT_BYTES, 2)
            if description_and_data[at : at + 2] == b"\0\0"
        )
        end = next(ends, len(description_and_data)) + 2
    else:
        end = description_and_data.find(b"\0") + 1
    yield EmbeddedPicture(rest[0], description_and_data[end:])


def _pictures_of_flac(file: BinaryIO) -> Iterator[EmbeddedPicture]:
    """Yield the pictures of the metadata blocks that begin here (RFC 9639, section 8.8)."""
    last = 0
    for _ in range(_MAX_FRAMES):
        head = file.read(4)
        if last or len(head) < 4:
            return
        last, kind, length = head[0] & 0x80, head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind != _FLAC_PICTURE:
            file.seek(length, 1)
            continue
        block = file.read(length)
        mime, position = _read_counted(block, 4)
        _, position = _read_counted(block, position)
        content, _ = _read_counted(block, position + 16)
        if mime != _LINK:
            yield EmbeddedPicture(int.from_bytes(block[:4], "big"), content)


def _read_counted(block: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes after a 4-byte length, and the position after them."""
    end = at + 4 + int.from_bytes(block[at : at + 4], "big")
    return block[at + 4 : end], end
