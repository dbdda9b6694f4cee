"""JPEG: large files are decoded at 1/2, 1/4 or 1/8 size, truncated ones up to their end."""

import contextlib
import io
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, JpegImagePlugin

from server.media.photos.formats import jpeg_scans
from server.media.photos.pixels.decoded import (
    DecodedPhoto,
    check_missing_rows,
    read_orientation,
    shrink_to_limit,
    truncated_error,
)
from server.media.photos.pixels.limits import MAX_COEFFICIENTS, check_size, fitted_size
from server.media.photos.pixels.modes import to_eight_bits
from server.warnings import warning

_END = b"\xff\xd9"
_SCAN = b"\xda"
_SCAN_MARKER = b"\xff" + _SCAN
_MAX_SEGMENT_BYTES = 1024
"""Maximum bytes of a table between two scans."""
_READ_BLOCKS, _MIN_BLOCK_BYTES = 64, 512
"""Number of blocks in which a file is passed to the decoder, and minimum bytes of a block."""
_WITHHELD_ROWS = 18
"""Rows that the decoder withholds until the end: one row of blocks, and two for blending."""
_FILL_GREY = 128
_UNDECODED_COLOUR: dict[str, int | tuple[int, ...]] = {
    "RGB": (255, 0, 255),
    "L": 129,
    "CMYK": (255, 0, 255, 0),
}
"""Colour of rows that the decoder did not reach; no row of a photo consists of it."""


def read(path: Path) -> DecodedPhoto:
    """Decode a JPEG.

    Phones omit or truncate the end of a file: existing rows are decoded, also if the data end early
    although the end marker is present.

    Raises:
        ToqiboxError: image_too_large, undecodable_image.
        Exception: of Pillow, for a damaged file.
    """
    with path.open("rb") as file, _open(file) as image:
        is_progressive = bool(image.info.get("progressive"))
        image.decodermaxblock = block_bytes = max(
            _MIN_BLOCK_BYTES, path.stat().st_size // _READ_BLOCKS
        )
        try:
            image.load()
        except OSError as error:
            if "truncated" not in str(error):
                raise
            return _decode_truncated(path.read_bytes())
        if is_progressive:
            return _decode_if_scans_missing(path, image) or _finish(image)
        if _is_filled(image) and (truncated := _decode_if_rows_missing(path, image.height)):
            return truncated
        is_damaged = _is_damaged(path, file.tell(), block_bytes)
        warnings = [warning("photo_damaged", "photo")] if is_damaged else []
        return replace(_finish(image), warnings=warnings)


def _is_damaged(path: Path, bytes_read: int, block_bytes: int) -> bool:
    """Return whether the data of a baseline file are wrong although the image is complete.

    The scans then contain zeros that encode nothing, or continue past the end of the image.

    Args:
        path: the file.
        bytes_read: bytes that the decoder read, in blocks.
        block_bytes: bytes of a block.
    """
    data = path.read_bytes()
    scans = list(jpeg_scans.find_scans(data))
    end = max((scan.end for scan in scans), default=0)
    return end - bytes_read > block_bytes or jpeg_scans.has_zero_run(data, scans)


def _decode_if_scans_missing(
    path: Path, image: JpegImagePlugin.JpegImageFile
) -> DecodedPhoto | None:
    """Decode a progressive file that lacks scans, or rows of its first one, or return None."""
    data = path.read_bytes()
    scans = list(jpeg_scans.find_scans(data))
    if jpeg_scans.are_complete(scans, [layer[0] for layer in image.layer]):
        return None
    return _decode_truncated(data[: scans[-1].end]) if scans else None


def _decode_if_rows_missing(path: Path, height: int) -> DecodedPhoto | None:
    """Decode a file whose data end before its last rows; return None for a complete one."""
    data = path.read_bytes()
    end = max((scan.end for scan in jpeg_scans.find_scans(data)), default=0)
    with _open(io.BytesIO(data[:end])) as image:
        rows = _decodable_rows(image)
    return _decode_truncated(data[:end]) if rows < height - _WITHHELD_ROWS else None


def _open(file: BinaryIO) -> JpegImagePlugin.JpegImageFile:
    image = Image.open(file, formats=["JPEG"])
    assert isinstance(image, JpegImagePlugin.JpegImageFile)
    check_size(image.size, "jpeg", _max_pixels(image))
    image.draft(None, fitted_size(image.size))  # libjpeg decodes at 1/2, 1/4 or 1/8, not below that
    return image


def _max_pixels(image: JpegImagePlugin.JpegImageFile) -> int | None:
    """Return the pixel limit of a progressive JPEG, by its sampling; None for other files."""
    if not image.info.get("progressive"):
        return None
    sampling = [(across, down) for _, across, down, _ in image.layer]
    block = max(across for across, _ in sampling) * max(down for _, down in sampling)
    return MAX_COEFFICIENTS * block // sum(across * down for across, down in sampling)


def _finish(image: Image.Image, rows: int | None = None) -> DecodedPhoto:
    """Return the photo of a loaded file: all of it, or its upper `rows`."""
    orientation, profile = read_orientation(image), image.info.get("icc_profile")
    whole = image if rows is None else image.crop((0, 0, image.width, rows))
    return DecodedPhoto(shrink_to_limit(to_eight_bits(whole)), profile, orientation)


def _decode_truncated(data: bytes) -> DecodedPhoto:
    """Decode a truncated file up to the end of its data."""
    with _open(io.BytesIO(data)) as image:
        progressive, height = bool(image.info.get("progressive")), image.height
        rows = 0 if progressive else _decodable_rows(image)
    with _open(io.BytesIO(_append_end_marker(data))) as image:
        try:
            image.load()
        except OSError as error:
            raise truncated_error(str(error)) from error
        if progressive:
            rows = height - _unfilled_rows(image) if data.count(_SCAN_MARKER) == 1 else height
        if progressive and rows == height:  # each further scan refines the whole image
            return replace(_finish(image), warnings=[warning("photo_unfinished", "photo")])
        if not progressive and height - rows <= _WITHHELD_ROWS and not _is_filled(image):
            return _finish(image)
        warnings = check_missing_rows(1 - rows / height)
        return replace(_finish(image, rows), warnings=warnings)


def _append_end_marker(data: bytes) -> bytes:
    """Return the file with an end marker after its last started scan (ITU-T T.81, B.1.1).

    An incomplete segment before a further scan, such as a table, is left out.
    """
    at = len(data)
    while (at := data.rfind(b"\xff", max(0, len(data) - _MAX_SEGMENT_BYTES), at)) >= 0:
        marker = data[at + 1 : at + 2]
        if marker == _SCAN and at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") <= len(data):
            return data + _END
        if marker > b"\0" and not b"\xd0" <= marker <= b"\xd7":
            return data[:at] + _END
    return data + _END


def _is_filled(image: Image.Image) -> bool:
    """Return whether the decoder filled the lower right corner with grey for lack of data."""
    corner = image.crop((image.width - 4, image.height - 4, image.width, image.height))
    return set(corner.convert("RGB").tobytes()) == {_FILL_GREY}


def _unfilled_rows(image: Image.Image) -> int:
    """Count the last rows that the first scan of a progressive JPEG does not reach.

    The decoder fills blocks without data with mid-grey.
    """
    right = np.asarray(image.convert("RGB"))[:, -4:].reshape(image.height, -1)
    reached = np.flatnonzero((right != _FILL_GREY).any(axis=1))
    return image.height - (int(reached[-1]) + 1 if len(reached) else 0)


def _decodable_rows(image: Image.Image) -> int:
    """Return how many rows of a truncated file can be decoded."""
    colour = _UNDECODED_COLOUR[image.mode]
    canvas = Image.new(image.mode, image.size, colour)
    image.im = canvas.im
    with contextlib.suppress(OSError):
        image.load()
    rows = np.asarray(canvas).reshape(image.height, image.width, -1)
    reached = (rows != np.asarray(colour, np.uint8)).any(axis=(1, 2))
    return int(np.flatnonzero(reached)[-1]) + 1 if reached.any() else 0
