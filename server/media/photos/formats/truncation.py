"""Detection of truncated image files by the lengths that they state."""

from pathlib import Path

from server.media import mp4_boxes


def is_truncated(path: Path, kind: str) -> bool:
    """Return whether the file states more bytes than it has, or lacks its end marker.

    Kinds that state no length return False.

    Args:
        path: the file.
        kind: as named by `sniff_image`.
    """
    size = path.stat().st_size
    if kind in ("heif", "avif"):
        return mp4_boxes.stated_end(path) > size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - 64))
        tail = file.read().rstrip(b"\0")
    if kind == "tiff":  # the offset of its first directory (TIFF 6.0, section 2)
        return int.from_bytes(head[4:8], "little" if head[:1] == b"I" else "big") + 2 > size
    if kind == "webp":
        return int.from_bytes(head[4:8], "little") + 8 > size
    if kind == "bmp":
        return int.from_bytes(head[2:6], "little") > size
    if kind == "gif":
        return not tail.endswith(b"\x3b")
    return kind == "png" and b"IEND" not in tail
