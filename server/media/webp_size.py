"""The size of a WebP image from its header alone, before any decoder sees it."""

from pathlib import Path


def read_size(path: Path) -> tuple[int, int] | None:
    """Return width and height of a WebP file in pixels; None if the header has an unknown form.

    The layouts are those of RFC 9649 (sections 2.5 to 2.7), RFC 6386 (9.1) for `VP8 `.
    """
    with path.open("rb") as file:
        head = file.read(30)
    if len(head) < 30:
        return None
    if head[12:16] == b"VP8X":
        return 1 + _little_endian(head[24:27]), 1 + _little_endian(head[27:30])
    if head[12:16] == b"VP8L":
        bits = _little_endian(head[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if head[12:16] == b"VP8 ":
        return _little_endian(head[26:28]) & 0x3FFF, _little_endian(head[28:30]) & 0x3FFF
    return None


def _little_endian(data: bytes) -> int:
    return int.from_bytes(data, "little")
