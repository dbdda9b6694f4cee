"""Photos that are bombs, broken, or not images."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.errors import ToqiboxError
from server.media.photos import photo

Save = Callable[..., Path]


def _png(colour: int, depth: int, size: tuple[int, int]) -> bytes:
    def chunk(body: bytes) -> bytes:
        return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))

    head = b"IHDR" + struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0")
    chunks = [head, data, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, chunks))


def _bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info + bytes(100)


def _webp(width: int, height: int) -> bytes:
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.fault("B01", "B03")
@pytest.mark.parametrize(
    "content",
    [
        _png(2, 8, (60_000, 60_000)),
        _png(0, 1, (32_769, 1)),
        _png(0, 1, (16_001, 16_000)),
        _png(2, 16, (10_000, 8_001)),
        _bmp(2_000_000_000, 1),
        _webp(16_777_216, 16_777_216),
        _webp(9_000, 9_000),
        b"GIF89a" + struct.pack("<HH3xBHHHHBB", 9_000, 9_000, 44, 0, 0, 9_000, 9_000, 0, 2),
    ],
)
def test_bombs_are_refused_by_their_header(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(ToqiboxError) as caught:
        photo.prepare(path, tmp_path / "photo")
    assert caught.value.code == "image_too_large"
    assert os.listdir(tmp_path) == ["upload"]


@pytest.mark.fault("B06")
def test_a_half_photo_is_refused(save: Save, tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"):
        path = save(Image.effect_noise((64, 64), 90), kind)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 10])
        with pytest.raises(ToqiboxError) as caught:
            photo.prepare(path, tmp_path / "photo")
        assert caught.value.code == "undecodable_image", kind
        if kind != "TIFF":
            assert "the file is truncated" in str(caught.value), kind


def test_an_empty_file_has_its_reason(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"")
    with pytest.raises(ToqiboxError, match="the file is empty"):
        photo.prepare(tmp_path / "upload", tmp_path / "photo")


@pytest.mark.fault("B07", "B16")
@pytest.mark.parametrize(
    "content", [b"<svg/>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"8BPS", b"II+\0" + bytes(50)]
)
def test_other_kinds_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(ToqiboxError) as caught:
        photo.prepare(path, tmp_path / "photo")
    assert caught.value.code == "unsupported_media_type"
    assert caught.value.values["name"] == "photo"


@pytest.mark.fault("B13")
def test_flipped_bits_end_in_a_photo_or_an_error(save: Save, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    codes = set()
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        path = save(Image.linear_gradient("L").resize((16, 16)).convert("RGB"), kind)
        good = bytearray(path.read_bytes())
        for _ in range(20):
            bad = bytearray(good)
            for at in random.integers(0, len(bad), 3):
                bad[at] ^= 1 << int(random.integers(8))
            path.write_bytes(bad)
            try:
                photo.prepare(path, tmp_path / "photo")
            except ToqiboxError as error:
                codes.add(error.code)
    assert codes <= {"undecodable_image", "image_too_large", "unsupported_media_type"}


def test_only_our_own_file_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"TOQIRGBA" + struct.pack("<II", 2, 2) + bytes(15))
    with pytest.raises(ValueError, match="not a prepared photo"):
        photo.load(tmp_path / "photo")
