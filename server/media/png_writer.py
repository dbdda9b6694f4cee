"""Images as PNG files."""

from pathlib import Path

from PIL import Image

from server.files import atomic


def write(out: Path, width: int, height: int, pixels: bytes) -> None:
    """Write RGBA bytes, rows from the top, with straight alpha.

    Raises:
        ToqiboxError: ``storage_full``.
    """
    image = Image.frombytes("RGBA", (width, height), pixels)
    with atomic.atomic_write(out) as file:
        image.save(file, "PNG", compress_level=3)
