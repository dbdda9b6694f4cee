"""Whether the end of a picture's file is missing, by the lengths that it states itself."""

from pathlib import Path

from server.media import mp4_boxes


def is_truncated(path: Path, kind: str) -> bool:
    """Whether the file states more bytes than it has, or lacks its end marker.

    False where the kind does not tell.

    Args:
        path: the file.
        kind: as `sniff_image` names it.
    """
    size = path.stat().st_size
    if kind in ("heif", "avif"):
        return mp4_boxes.stated_end(path) > size
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - 64))
        tail = file.read().rstrip(b"\0")
    if kind == "tiff":  # where its first directory lies (TIFF 6.0, section 2)
        return int.from_bytes(head[4:8], "little" if head[:1] == b"I" else "big") + 2 > size
    if kind == "webp":
        return int.from_bytes(head[4:8], "little") + 8 > size
    if kind == "bmp":
        return int.from_bytes(head[2:6], "little") > size
    if kind == "gif":
        return not tail.endswith(b"\x3b")
    return kind == "png" and b"IEND" not in tail
