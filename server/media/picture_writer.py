"""Pictures of frames as files: PNG, or WebP by the suffix of the file."""

from pathlib import Path

from PIL import Image

from server.files import atomic

_LOSSLESS_EFFORT = 20
"""Effort of lossless WebP, 0 to 100: more takes several times as long and saves a few percent."""


def write(
    out: Path, width: int, height: int, pixels: bytes, webp_quality: int | None = None
) -> None:
    """Write RGBA bytes, rows from the top, with straight alpha.

    Args:
        out: the file to write; ``.webp`` selects WebP, any other suffix PNG.
        width: of the picture in pixels.
        height: of the picture in pixels.
        pixels: its bytes.
        webp_quality: of a WebP, 0 to 100; None for a lossless one.

    Raises:
        ToqiboxError: ``storage_full``.
    """
    image = Image.frombytes("RGBA", (width, height), pixels)
    if out.suffix != ".webp":
        with atomic.atomic_write(out) as file:
            image.save(file, "PNG", compress_level=3)
        return
    lossless = webp_quality is None
    quality = _LOSSLESS_EFFORT if webp_quality is None else webp_quality
    with atomic.atomic_write(out) as file:
        image.save(file, "WEBP", lossless=lossless, quality=quality, exact=lossless)
