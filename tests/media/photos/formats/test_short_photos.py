"""Images with missing or damaged data although the file has its end marker."""

import io
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.errors import ToqiboxError
from server.media.photos import photo
from server.media.photos.formats import png_chunks

Save = Callable[..., Path]


def _noise() -> Image.Image:
    return Image.effect_noise((64, 160), 60).convert("RGB")


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _prepared(tmp_path: Path, data: bytes) -> tuple[int, list[str]]:
    """Return the height of the image in `data`, and the codes of the warnings."""
    (tmp_path / "upload").write_bytes(data)
    prepared = photo.prepare(tmp_path / "upload", tmp_path / "photo")
    return prepared.height, [row["code"] for row in prepared.warnings]


def _with_rows(data: bytes, rows: int) -> bytes:
    """Return the PNG `data` with a valid stream that ends after `rows` of its rows."""
    file = png_chunks.read(data)
    filtered = zlib.decompress(b"".join(file.data))
    packed = zlib.compress(filtered[: file.header.filtered_bytes * rows // file.header.height])
    more = png_chunks.chunk(b"PLTE", file.palette) if file.palette else b""
    return data[:33] + more + png_chunks.chunk(b"IDAT", packed) + png_chunks.chunk(b"IEND", b"")


@pytest.mark.parametrize("part", [0.5, 0.75])
def test_a_cut_jpeg_with_an_end_marker_is_cut_off(tmp_path: Path, part: float) -> None:
    data = _saved(_noise(), "JPEG")
    height, codes = _prepared(tmp_path, data[: int(len(data) * part)] + b"\xff\xd9")
    assert codes == ["photo_cut_off"]
    assert part - 0.2 < height / 160 <= part + 0.02


def test_too_little_of_a_jpeg_with_an_end_marker_is_refused(tmp_path: Path) -> None:
    data = _saved(_noise(), "JPEG")
    with pytest.raises(ToqiboxError, match="the file is truncated"):
        _prepared(tmp_path, data[: len(data) // 5] + b"\xff\xd9")


def test_grey_rows_and_trailing_data_are_not_damage(tmp_path: Path) -> None:
    grey = _noise()
    grey.paste((128, 128, 128), (0, 60, 64, 160))
    for image in (grey, _noise()):
        for options in ({}, {"progressive": True}, {"subsampling": 0}, {"optimize": True}):
            data = _saved(image, "JPEG", **options)
            assert _prepared(tmp_path, data) == (160, [])
            assert _prepared(tmp_path, data + bytes(40_000)) == (160, [])
        assert _prepared(tmp_path, _saved(image.convert("CMYK"), "JPEG")) == (160, [])


@pytest.mark.parametrize("optimize", [False, True])
def test_a_jpeg_with_a_hole_is_damaged(tmp_path: Path, optimize: bool) -> None:
    data = _saved(_noise(), "JPEG", optimize=optimize)
    start = data.index(b"\xff\xda") + 14
    third = (len(data) - start) // 3
    hole = data[: start + third] + bytes(third) + data[start + 2 * third :]
    assert _prepared(tmp_path, hole) == (160, ["photo_damaged"])


def test_a_jpeg_with_data_past_its_image_is_damaged(tmp_path: Path) -> None:
    data = _saved(_noise(), "JPEG")
    longer = data[:-2] + data[-1502:-2].replace(b"\xff", b"\x7f") + data[-2:]
    assert _prepared(tmp_path, longer) == (160, ["photo_damaged"])


def test_zeros_that_encode_a_flat_area_are_not_damage(tmp_path: Path) -> None:
    flat = Image.new("RGB", (640, 640), "white")
    flat.paste("red", (600, 600, 640, 640))
    data = _saved(flat, "JPEG", optimize=True)
    assert bytes(128) in data[data.index(b"\xff\xda") :]
    assert _prepared(tmp_path, data) == (640, [])


def test_a_progressive_jpeg_without_its_last_scans_is_unfinished(tmp_path: Path) -> None:
    data = _saved(_noise(), "JPEG", progressive=True)
    scans = [prepared.start() for prepared in re.finditer(b"\xff\xda", data)]
    assert _prepared(tmp_path, data[: scans[4]] + b"\xff\xd9") == (160, ["photo_unfinished"])
    height, codes = _prepared(tmp_path, data[: sum(scans[:2]) // 2] + b"\xff\xd9")
    assert codes == ["photo_cut_off"]
    assert 48 <= height <= 112


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
def test_a_png_of_too_few_rows_is_cut_off(tmp_path: Path, mode: str) -> None:
    data = _saved(_noise().convert(mode), "PNG")
    assert _prepared(tmp_path, _with_rows(data, 120)) == (120, ["photo_cut_off"])
    with pytest.raises(ToqiboxError, match="the file is truncated"):
        _prepared(tmp_path, _with_rows(data, 1))


def test_a_png_that_is_black_below_is_whole(tmp_path: Path) -> None:
    image = _noise()
    image.paste("black", (0, 40, 64, 160))
    assert _prepared(tmp_path, _saved(image, "PNG")) == (160, [])


@pytest.mark.fault("B12")
@pytest.mark.parametrize("lace", [0, 1])
def test_the_bytes_of_all_passes_are_counted(tmp_path: Path, lace: int) -> None:
    """An interlaced image of 5 by 3 has no third pass, and two rows in the sixth (8.2)."""
    widths = [5, 5, 5] if not lace else [1, 1, 1, 3, 2, 2, 5]
    header = struct.pack(">IIBBBBB", 5, 3, 8, 2, 0, 0, lace)
    filtered = b"".join(b"\0" + bytes(range(90, 90 + 3 * width)) for width in widths)
    for kept, whole in ((filtered, True), (filtered[:-8], False)):
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(kept)), (b"IEND", b""))
        data = png_chunks.SIGNATURE + b"".join(png_chunks.chunk(*chunk) for chunk in chunks)
        if whole:
            assert _prepared(tmp_path, data)[0] == 3
        elif lace:
            with pytest.raises(ToqiboxError, match="the file is truncated"):
                _prepared(tmp_path, data)
        else:
            assert _prepared(tmp_path, data) == (2, ["photo_cut_off"])
