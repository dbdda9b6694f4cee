"""The kind of a photo, and its decoder: pixels of a limited size, or a documented error."""

import io
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.errors import ToqiboxError
from server.media.photos import photo
from server.media.photos.formats import jpeg_scans, png_chunks
from server.media.photos.pixels.limits import MAX_KEPT_SIDE
from server.media.sniff import sniff_image, sniff_image_file
from tests.fuzz.harness import memory_file, short
from tests.fuzz.inputs import damaged, joined, sizes

KINDS = {"jpeg", "png", "webp", "gif", "bmp", "heif", "avif", "tiff"}
ERRORS = {"unsupported_media_type", "undecodable_image", "image_too_large"}


@cache
def _files() -> tuple[bytes, ...]:
    """Return a small picture in each format that Pillow writes."""
    pixels = bytes(value * 37 % 256 for value in range(9 * 7 * 3))
    image = Image.frombytes("RGB", (9, 7), pixels)
    files = []
    for name, options in (
        *(("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("GIF", {}), ("BMP", {})),
        *(("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {}), ("AVIF", {})),
    ):
        stream = io.BytesIO()
        image.save(stream, name, **options)
        files.append(stream.getvalue())
    palette = io.BytesIO()
    image.quantize(4).save(palette, "PNG", transparency=1)
    return (*files, palette.getvalue())


MAGIC = st.sampled_from(
    [
        *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"BM", b"II*\0", b"MM\0*"),
        *(b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic\0\0\0\0mif1", b"\0\0\xff\xffftypavif"),
        *(b"IHDR", b"IDAT", b"IEND", b"acTL", b"\xff\xda", b"\xff\xc4", b"\xff\xd9", b"iCCP"),
    ]
)
PIECES = joined(MAGIC | sizes(4) | sizes(2) | st.binary(max_size=40))
PICTURES = st.deferred(lambda: damaged(st.sampled_from(_files())))


@short
@given(PIECES | PICTURES)
def test_a_picture_has_a_known_kind_or_none(content: bytes) -> None:
    kind = sniff_image(content)
    assert kind is None or kind in KINDS
    with memory_file(content) as path:
        assert sniff_image_file(path) == sniff_image(content[:512])


@short
@given(PIECES | PICTURES)
def test_the_scans_of_a_jpeg_are_within_it(content: bytes) -> None:
    scans = list(jpeg_scans.find_scans(content))
    assert all(scan.start >= 0 and scan.end <= len(content) for scan in scans)
    assert [scan.end for scan in scans] == sorted(scan.end for scan in scans)
    jpeg_scans.has_zero_run(content, scans)
    jpeg_scans.are_complete(scans, [1, 2, 3])


@short
@given(PIECES.map(lambda pieces: png_chunks.SIGNATURE + pieces) | PICTURES)
def test_the_chunks_of_a_png_are_read_or_damaged(content: bytes) -> None:
    try:
        file = png_chunks.read(content)
    except png_chunks.DamagedPng:
        return
    assert file.header.filtered_bytes > 0
    assert len(file.plain()) <= len(content) + len(png_chunks.SIGNATURE)
    assert png_chunks.PngHeader.parse(file.header.body()) == file.header


@short
@given(PIECES | PICTURES)
def test_a_photo_is_decoded_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, memory_file(content) as path:
        out = Path(folder) / "photo.rgba"
        code = ""
        try:
            prepared = photo.prepare(path, out)
        except ToqiboxError as error:
            code = error.code
        if code:
            assert code in ERRORS
            assert not any(Path(folder).iterdir())
        else:
            assert max(prepared.width, prepared.height) <= MAX_KEPT_SIDE
            assert photo.load(out)[:2] == (prepared.width, prepared.height)
