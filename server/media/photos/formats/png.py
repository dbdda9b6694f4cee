"""PNG: large files are decoded in strips, truncated ones up to their end.

Pillow decodes each strip as a small PNG: the filtered rows of the strip, after the row above them,
which their filters refer to.
"""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from server.media.photos.formats import png_chunks
from server.media.photos.formats.png_chunks import PngFile, PngHeader
from server.media.photos.pixels.decoded import (
    DecodedPhoto,
    check_missing_rows,
    exif_orientation,
    shrink_to_limit,
    truncated_error,
)
from server.media.photos.pixels.limits import (
    MAX_FULL_SIZE_PIXELS,
    MAX_KEPT_SIDE,
    check_size,
    fitted_size,
)
from server.media.photos.pixels.modes import is_transparent, to_eight_bits
from server.media.photos.pixels.visible_frame import first_visible_frame

_STRIP_PIXELS = 2_000_000
_MAX_DECODE_AT_ONCE_PIXELS = 20_000_000
"""Pixels up to which an image is decoded at once."""
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""8-bit modes by their bytes per pixel."""
_COLOURS = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}
_PALETTE = 3
_PIECE_BYTES = 1 << 20


def read(path: Path) -> DecodedPhoto:
    """Decode a PNG.

    Raises:
        ToqiboxError: image_too_large, undecodable_image.
        Exception: of Pillow, or DamagedPng, for a damaged file.
    """
    file = png_chunks.read(path.read_bytes())
    header = file.header
    in_strips = not header.interlaced and header.step in _MODES
    check_size((header.width, header.height), "png", None if in_strips else MAX_FULL_SIZE_PIXELS)
    if not file.whole and not in_strips:
        raise truncated_error()
    is_large = header.width * header.height > _MAX_DECODE_AT_ONCE_PIXELS
    if in_strips and (is_large or not file.whole):
        return _decode_in_strips(file)
    frame = _decode_whole(file)
    if frame is not None:
        return DecodedPhoto(shrink_to_limit(frame), file.profile, _orientation(file))
    if not in_strips:
        raise truncated_error()
    return _decode_in_strips(file)


def _decode_whole(file: PngFile) -> Image.Image | None:
    """Decode a file that has its end; return None if the data end before the image does."""
    with Image.open(io.BytesIO(file.plain()), formats=["PNG"]) as image:
        try:
            image.load()
        except OSError as error:
            if "truncated" not in str(error) or not _lacks_rows(file):
                raise
            return None
        if (file.header.interlaced or _is_blank_below(image)) and _lacks_rows(file):
            return None
        return first_visible_frame(image) if file.animated else to_eight_bits(image)


def _is_blank_below(image: Image.Image) -> bool:
    """Return whether the last row is all zero bytes, as before decoding."""
    row = image.crop((0, image.height - 1, image.width, image.height))
    return row.getbbox(alpha_only=False) is None


def _lacks_rows(file: PngFile) -> bool:
    """Return whether the data end before the image does.

    Raises:
        zlib.error: the data are damaged.
    """
    return sum(len(piece) for piece in _inflate(file)) < file.header.filtered_bytes


def _decode_in_strips(file: PngFile) -> DecodedPhoto:
    header = file.header
    factor = max(1, max(header.width, header.height) // MAX_KEPT_SIDE)
    rows = max(1, _STRIP_PIXELS // header.width // factor) * factor
    canvas: Image.Image | None = None
    decoded_rows = 0
    for strip in _read_strips(file, rows):
        reduced_strip = _reduce_strip(strip, factor)
        if canvas is None:
            canvas = Image.new(
                reduced_strip.mode, (reduced_strip.width, -(-header.height // factor))
            )
        canvas.paste(reduced_strip, (0, decoded_rows // factor))
        decoded_rows += strip.height
    if canvas is None:
        raise truncated_error("not one row")
    warnings = check_missing_rows(1 - decoded_rows / header.height)
    if warnings:
        canvas = canvas.crop((0, 0, canvas.width, decoded_rows // factor))
    size = fitted_size((header.width, decoded_rows if warnings else header.height))
    return DecodedPhoto(shrink_to_limit(canvas, size), file.profile, _orientation(file), warnings)


def _reduce_strip(strip: Image.Image, factor: int) -> Image.Image:
    """Reduce a strip by `factor`, averaged; a fully transparent one keeps its colours."""
    if not (strip.mode.endswith("A") and is_transparent(strip)):
        return strip.reduce(factor)
    opaque = strip.convert(strip.mode[:-1]).reduce(factor).convert(strip.mode)
    opaque.putalpha(0)
    return opaque


def _read_strips(file: PngFile, rows: int) -> Iterator[Image.Image]:
    """Yield strips of `rows` rows from the top, the last one shorter, 8 bits a channel.

    Raises:
        zlib.error: the data are damaged.
    """
    header = file.header
    stride, rows_left = header.row_bytes + 1, header.height
    above, filtered = bytes(header.row_bytes), bytearray()
    for piece in _inflate(file):
        filtered += piece
        while rows_left and len(filtered) >= min(rows, rows_left) * stride:
            count = min(rows, rows_left)
            strip, above = _unfilter(header, above, filtered[: count * stride])
            del filtered[: count * stride]
            rows_left -= count
            yield _reinterpret(file, strip)
        if not rows_left:
            return
    count = len(filtered) // stride
    if count:
        strip, _ = _unfilter(header, above, filtered[: count * stride])
        yield _reinterpret(file, strip)


def _inflate(file: PngFile) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for body in file.data:
        packed: bytes | memoryview = body
        while packed:
            yield inflater.decompress(packed, _PIECE_BYTES)
            packed = inflater.unconsumed_tail


def _unfilter(header: PngHeader, above: bytes, rows: bytearray) -> tuple[Image.Image, bytes]:
    """Return the bytes of filtered rows as an 8-bit image, and the last row's bytes.

    A filter depends only on the bytes per pixel, so a mode with as many channels can represent any
    depth and palette.
    """
    mode = _MODES[header.step]
    width, count = header.row_bytes // header.step, len(rows) // (header.row_bytes + 1)
    data = _encode_png(
        PngHeader(width, count + 1, 8, _COLOURS[mode], False), b"\0" + above + bytes(rows)
    )
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        strip = image.crop((0, 1, width, count + 1))
    return strip, strip.crop((0, count - 1, width, count)).tobytes()


def _reinterpret(file: PngFile, strip: Image.Image) -> Image.Image:
    """Convert the bytes in `strip` by the depth, palette and transparency of the file."""
    header = file.header
    if header.depth == 8 and header.colour != _PALETTE and file.clear is None:
        return strip
    raw, size = strip.tobytes(), header.row_bytes
    rows = b"".join(b"\0" + raw[at : at + size] for at in range(0, len(raw), size))
    header_of_strip = PngHeader(header.width, strip.height, header.depth, header.colour, False)
    chunk_bodies = [(b"PLTE", file.palette), (b"tRNS", file.clear)]
    chunks = [png_chunks.chunk(kind, body) for kind, body in chunk_bodies if body is not None]
    with Image.open(
        io.BytesIO(_encode_png(header_of_strip, rows, *chunks)), formats=["PNG"]
    ) as image:
        image.load()
        return to_eight_bits(image)


def _encode_png(header: PngHeader, rows: bytes, *chunks: bytes) -> bytes:
    data = png_chunks.chunk(b"IDAT", zlib.compress(rows, 0))
    head, end = png_chunks.chunk(b"IHDR", header.body()), png_chunks.chunk(b"IEND", b"")
    return b"".join((png_chunks.SIGNATURE, head, *chunks, data, end))


def _orientation(file: PngFile) -> int:
    if file.exif is None:
        return 1
    exif = Image.Exif()
    try:
        exif.load(file.exif)
    except Exception:  # broken EXIF raises SyntaxError, struct.error and others
        return 1
    return exif_orientation(exif)
