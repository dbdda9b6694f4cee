"""PNG: large ones are decoded in strips, and what is there of one that was cut off is read.

Pillow decodes each strip, as a small PNG of its own: the rows of the strip as they are, after the
row above them, which their filters refer to.
"""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from server.media.photos import png_chunks
from server.media.photos.decoded import Decoded, accept_missing, cut_off, exif_orientation, reduced
from server.media.photos.frames import first_shown
from server.media.photos.limits import LARGEST, WHOLE_PIXELS, check_size, fitted
from server.media.photos.pixel_modes import eight_bits, is_clear
from server.media.photos.png_chunks import File, Header

_STRIP_PIXELS = 2_000_000
_WHOLE_PIXELS = 20_000_000
"""Pixels up to which a picture is decoded at once."""
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Modes of 8 bits that have so many bytes a pixel."""
_COLOURS = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}
_PALETTE = 3
_PIECE_BYTES = 1 << 20


def read(path: Path) -> Decoded:
    """Decode a PNG.

    Raises:
        ToqiboxError: image_too_large, undecodable_image.
        Exception: of Pillow or Damaged, for a damaged file.
    """
    file = png_chunks.read(path.read_bytes())
    header = file.header
    in_strips = not header.interlaced and header.step in _MODES
    check_size((header.width, header.height), "png", None if in_strips else WHOLE_PIXELS)
    if not file.whole and not in_strips:
        raise cut_off()
    large = header.width * header.height > _WHOLE_PIXELS
    if in_strips and (large or not file.whole):
        return _by_strips(file)
    shown = _whole(file)
    if shown is not None:
        return Decoded(reduced(shown), file.profile, _orientation(file))
    if not in_strips:
        raise cut_off()
    return _by_strips(file)


def _whole(file: File) -> Image.Image | None:
    """The picture of a file that has its end; None where the data end before the picture does."""
    with Image.open(io.BytesIO(file.plain()), formats=["PNG"]) as image:
        try:
            image.load()
        except OSError as error:
            if "truncated" not in str(error) or not _lacks_rows(file):
                raise
            return None
        if (file.header.interlaced or _is_blank_below(image)) and _lacks_rows(file):
            return None
        return first_shown(image) if file.animated else eight_bits(image)


def _is_blank_below(image: Image.Image) -> bool:
    """Return whether all bytes of the last row are 0, as they are before it is decoded."""
    row = image.crop((0, image.height - 1, image.width, image.height))
    return row.getbbox(alpha_only=False) is None


def _lacks_rows(file: File) -> bool:
    """Return whether the data end before the picture does.

    Raises:
        zlib.error: the data are damaged.
    """
    return sum(len(piece) for piece in _inflated(file)) < file.header.filtered_bytes


def _by_strips(file: File) -> Decoded:
    header = file.header
    factor = max(1, max(header.width, header.height) // LARGEST)
    rows = max(1, _STRIP_PIXELS // header.width // factor) * factor
    canvas: Image.Image | None = None
    reached = 0
    for strip in _strips(file, rows):
        small = _shrunk(strip, factor)
        if canvas is None:
            canvas = Image.new(small.mode, (small.width, -(-header.height // factor)))
        canvas.paste(small, (0, reached // factor))
        reached += strip.height
    if canvas is None:
        raise cut_off("not one row")
    warnings = accept_missing(1 - reached / header.height)
    if warnings:
        canvas = canvas.crop((0, 0, canvas.width, reached // factor))
    size = fitted((header.width, reached if warnings else header.height))
    return Decoded(reduced(canvas, size), file.profile, _orientation(file), warnings)


def _shrunk(strip: Image.Image, factor: int) -> Image.Image:
    """A strip at 1/`factor`, averaged; where all of it is clear, its colours are kept."""
    if not (strip.mode.endswith("A") and is_clear(strip)):
        return strip.reduce(factor)
    small = strip.convert(strip.mode[:-1]).reduce(factor).convert(strip.mode)
    small.putalpha(0)
    return small


def _strips(file: File, rows: int) -> Iterator[Image.Image]:
    """Strips of `rows` rows from the top, the last one of fewer, of 8 bits a channel.

    Raises:
        zlib.error: the data are damaged.
    """
    header = file.header
    stride, left = header.row_bytes + 1, header.height
    above, filtered = bytes(header.row_bytes), bytearray()
    for piece in _inflated(file):
        filtered += piece
        while left and len(filtered) >= min(rows, left) * stride:
            count = min(rows, left)
            strip, above = _unfiltered(header, above, filtered[: count * stride])
            del filtered[: count * stride]
            left -= count
            yield _as_stored(file, strip)
        if not left:
            return
    count = len(filtered) // stride
    if count:
        strip, _ = _unfiltered(header, above, filtered[: count * stride])
        yield _as_stored(file, strip)


def _inflated(file: File) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for body in file.data:
        packed: bytes | memoryview = body
        while packed:
            yield inflater.decompress(packed, _PIECE_BYTES)
            packed = inflater.unconsumed_tail


def _unfiltered(header: Header, above: bytes, rows: bytearray) -> tuple[Image.Image, bytes]:
    """The bytes of filtered rows as a picture of 8 bits, and the last row's bytes.

    A filter only knows how many bytes a pixel has, so one with as many channels stands for each
    depth and palette.
    """
    mode = _MODES[header.step]
    width, count = header.row_bytes // header.step, len(rows) // (header.row_bytes + 1)
    data = _png(Header(width, count + 1, 8, _COLOURS[mode], False), b"\0" + above + bytes(rows))
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        strip = image.crop((0, 1, width, count + 1))
    return strip, strip.crop((0, count - 1, width, count)).tobytes()


def _as_stored(file: File, strip: Image.Image) -> Image.Image:
    """The bytes in `strip` as what they are in the file: its depth, palette and clear colour."""
    header = file.header
    if header.depth == 8 and header.colour != _PALETTE and file.clear is None:
        return strip
    raw, size = strip.tobytes(), header.row_bytes
    rows = b"".join(b"\0" + raw[at : at + size] for at in range(0, len(raw), size))
    part = Header(header.width, strip.height, header.depth, header.colour, False)
    more = [(b"PLTE", file.palette), (b"tRNS", file.clear)]
    chunks = [png_chunks.chunk(kind, body) for kind, body in more if body is not None]
    with Image.open(io.BytesIO(_png(part, rows, *chunks)), formats=["PNG"]) as image:
        image.load()
        return eight_bits(image)


def _png(header: Header, rows: bytes, *chunks: bytes) -> bytes:
    data = png_chunks.chunk(b"IDAT", zlib.compress(rows, 0))
    head, end = png_chunks.chunk(b"IHDR", header.body()), png_chunks.chunk(b"IEND", b"")
    return b"".join((png_chunks.SIGNATURE, head, *chunks, data, end))


def _orientation(file: File) -> int:
    if file.exif is None:
        return 1
    exif = Image.Exif()
    try:
        exif.load(file.exif)
    except Exception:  # broken EXIF raises SyntaxError, struct.error and others
        return 1
    return exif_orientation(exif)
