"""Photos of any kind become upright sRGB pixels over black."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from server.errors import ToqiboxError
from server.media import picture_writer
from server.media.photos import photo
from server.media.photos.photo import decode

Pixels = np.ndarray[Any, np.dtype[Any]]
Prepare = Callable[..., Pixels]
Save = Callable[..., Path]


def _picture(width: int = 48, height: int = 32) -> Image.Image:
    """Return smooth colours with four different corners."""
    x, y = np.meshgrid(np.linspace(20, 230, width), np.linspace(30, 220, height))
    values = np.stack([x, y, 255 - (x + y) / 2], axis=2)
    return Image.fromarray(values.astype(np.uint8))


def _difference(pixels: Pixels, expected: Image.Image) -> float:
    expected_pixels = np.asarray(expected.convert("RGB")).astype(int)
    return float(np.abs(pixels[..., :3].astype(int) - expected_pixels).mean())


def _profile(primaries: list[list[float]], gamma: float) -> bytes:
    """Return a matrix profile (ICC.1:2001): D50 colorants of the primaries and one gamma."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    white = b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1) + fixed(0.8249)
    colorants = [b"XYZ \0\0\0\0" + b"".join(map(fixed, column)) for column in primaries]
    curve = b"curv\0\0\0\0\0\0\0\1" + struct.pack(">H", round(gamma * 256)) + b"\0\0"
    name = b"desc\0\0\0\0\0\0\0\2x\0" + bytes(78)
    text = b"text\0\0\0\0none\0\0\0\0"
    names = (b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"desc", b"cprt")
    parts = [white, *colorants, curve, curve, curve, name, text]
    table, body, at = b"", b"", 132 + 12 * len(names)
    for tag, part in zip(names, parts, strict=True):
        padded = part + bytes(-len(part) % 4)
        table += tag + struct.pack(">II", at + len(body), len(part))
        body += padded
    size = at + len(body)
    head = struct.pack(">II4s4s4s4s", size, 0, bytes([2, 16, 0, 0]), b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + white[8:] + bytes(48)
    return head + struct.pack(">I", len(names)) + table + body


_ADOBE_RGB = _profile(
    [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]], 2.2
)
_P3 = _profile(
    [[0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]], 2.2
)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 98, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("BMP", {}),
    ],
)
def test_each_kind_keeps_its_colours(
    prepare: Prepare, save: Save, kind: str, options: dict[str, Any]
) -> None:
    pixels = prepare(save(_picture(), kind, **options))
    assert pixels.shape == (32, 48, 4)
    assert (pixels[..., 3] == 255).all()
    assert _difference(pixels, _picture()) < 1


@pytest.mark.fault("B05")
def test_the_first_frame_of_an_animation_is_used(prepare: Prepare, save: Save) -> None:
    red, blue = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    for kind in ("GIF", "WEBP", "PNG"):
        pixels = prepare(save(red, kind, save_all=True, append_images=[blue] * 3))
        assert _difference(pixels, red) < 2, kind


@pytest.mark.fault("B09")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright(prepare: Prepare, save: Save, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(_picture(), "JPEG", quality=98, subsampling=0, exif=exif)
    with Image.open(path) as stored:
        expected = ImageOps.exif_transpose(stored)
    pixels = prepare(path)
    assert pixels.shape[1::-1] == expected.size
    assert _difference(pixels, expected) < 0.01


@pytest.mark.fault("B10")
@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\0" * 9])
def test_invalid_exif_is_ignored(prepare: Prepare, save: Save, exif: bytes) -> None:
    assert _difference(prepare(save(_picture(), "JPEG", quality=98, exif=exif)), _picture()) < 3


def _managed(image: Image.Image, icc: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    result = ImageCms.profileToProfile(
        image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert result is not None
    return result


@pytest.mark.fault("B11")
@pytest.mark.parametrize("icc", [_ADOBE_RGB, _P3])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_profiles_are_applied(prepare: Prepare, save: Save, kind: str, icc: bytes) -> None:
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 98, "subsampling": 0},
        "WEBP": {"lossless": True},
    }
    path = save(_picture(), kind, icc_profile=icc, **options.get(kind, {}))
    pixels = prepare(path)
    with Image.open(path) as stored:
        expected = _managed(stored, icc)
    assert _difference(pixels, expected) < 0.01
    assert _difference(pixels, _picture()) > 3


def test_a_profile_and_alpha_together(prepare: Prepare, save: Save) -> None:
    image = _picture()
    image.putalpha(128)
    pixels = prepare(save(image, "PNG", icc_profile=_ADOBE_RGB))
    wide = np.asarray(_managed(_picture(), _ADOBE_RGB)).astype(int) * 128 // 255
    assert np.abs(pixels[..., :3].astype(int) - wide).mean() < 1


def test_transparent_parts_are_reported(save: Save, tmp_path: Path) -> None:
    image = _picture().convert("RGBA")
    mask = Image.new("L", image.size, 255)
    cases = {255: False, 254: True, 0: True}
    for value, expected in cases.items():
        mask.putpixel((1, 1), value)
        image.putalpha(mask)
        assert photo.prepare(save(image, "PNG"), tmp_path / "out").alpha is expected
    image.putalpha(0)
    assert not photo.prepare(save(image, "PNG"), tmp_path / "out").alpha, "it is ignored"
    assert not photo.prepare(save(_picture(), "PNG"), tmp_path / "out").alpha


@pytest.mark.parametrize("icc", [b"nonsense" * 40, _P3[:200]])
def test_an_invalid_profile_is_ignored(prepare: Prepare, save: Save, icc: bytes) -> None:
    assert _difference(prepare(save(_picture(), "PNG", icc_profile=icc)), _picture()) == 0


def test_a_profile_of_another_colour_space_is_ignored(prepare: Prepare, save: Save) -> None:
    grey = _picture().convert("L")
    pixels = prepare(save(grey, "PNG", icc_profile=_P3))
    assert _difference(pixels, _managed(grey.convert("RGB"), _P3)) < 0.01
    cmyk = _picture().convert("CMYK")
    pixels = prepare(save(cmyk, "JPEG", quality=98, icc_profile=_P3))
    assert _difference(pixels, _picture()) < 3


@pytest.mark.fault("B11")
def test_cmyk(prepare: Prepare, save: Save) -> None:
    path = save(_picture().convert("CMYK"), "JPEG", quality=98)
    assert _difference(prepare(path), _picture()) < 3


@pytest.mark.fault("B11")
def test_sixteen_bits_of_grey(prepare: Prepare, save: Save) -> None:
    values = np.linspace(0, 65535, 64 * 16).astype(np.uint16).reshape(16, 64)
    pixels = prepare(save(Image.fromarray(values), "PNG"))
    assert np.abs(pixels[..., 0] - values / 257).max() <= 0.5


def _png(colour: int, depth: int, rows: list[bytes], size: tuple[int, int], *more: bytes) -> bytes:
    def chunk(body: bytes) -> bytes:
        return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))

    head = b"IHDR" + struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = [head, *more, data, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, chunks))


@pytest.mark.fault("B11")
def test_sixteen_bits_of_colour_and_of_alpha(prepare: Prepare, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    values = [65535, 32768, 257 * 10, 65535, 0, 257 * 200]
    path.write_bytes(_png(2, 16, [struct.pack(">6H", *values)], (2, 1)))
    assert np.abs(prepare(path)[0, :, :3].astype(int) - [[255, 128, 10], [255, 0, 200]]).max() <= 1
    path.write_bytes(_png(6, 16, [struct.pack(">4H", 65535, 32768, 0, 32768)], (1, 1)))
    assert np.abs(prepare(path)[0, 0].astype(int) - [128, 64, 0, 255]).max() <= 1
    clear = b"tRNS" + struct.pack(">H", 40000)
    path.write_bytes(_png(0, 16, [struct.pack(">2H", 40000, 40001)], (2, 1), clear))
    assert prepare(path)[0, :, 0].tolist() == [0, 156]


@pytest.mark.fault("B11")
def test_transparency_is_composited_over_black(prepare: Prepare, save: Save) -> None:
    half = Image.new("RGBA", (4, 4), (200, 100, 50, 128))
    for kind in ("PNG", "WEBP"):
        pixel = prepare(save(half, kind, lossless=True))[0, 0].astype(int)
        assert np.abs(pixel - [100, 50, 25, 255]).max() <= 1
    grey = Image.new("LA", (4, 4), (200, 64))
    assert abs(int(prepare(save(grey, "PNG"))[0, 0, 1]) - 50) <= 1


@pytest.mark.fault("B11")
def test_palettes(prepare: Prepare, save: Save) -> None:
    image = _picture().quantize(16)
    assert _difference(prepare(save(image, "PNG")), image) == 0
    assert _difference(prepare(save(image, "GIF")), image) == 0
    pixels = prepare(save(image, "PNG", transparency=bytes([0] * 8 + [255] * 8)))
    low = np.asarray(image) < 8
    assert not pixels[low][:, :3].any()
    assert _difference(np.where(low[..., None], 0, pixels), image) <= 255
    assert np.array_equal(pixels[~low][:, :3], np.asarray(image.convert("RGB"))[~low])


@pytest.mark.fault("B11")
@pytest.mark.parametrize("mode", ["1", "L"])
def test_one_channel(prepare: Prepare, save: Save, mode: str) -> None:
    image = _picture().convert(mode)
    assert _difference(prepare(save(image, "PNG")), image) == 0


@pytest.mark.fault("B12")
def test_the_smallest(prepare: Prepare, save: Save) -> None:
    assert prepare(save(Image.new("RGB", (1, 1), (9, 8, 7)), "PNG")).tolist() == [[[9, 8, 7, 255]]]


@pytest.mark.parametrize(("kind", "size"), [("JPEG", (9000, 300)), ("PNG", (60, 5000))])
def test_large_ones_are_made_smaller(
    prepare: Prepare, save: Save, kind: str, size: tuple[int, int]
) -> None:
    pixels = prepare(save(_picture(*size), kind))
    scale = 4096 / max(size)
    expected = (round(size[0] * scale), round(size[1] * scale))
    assert pixels.shape[1::-1] == expected
    assert _difference(pixels, _picture(*expected)) < 2


def test_edges_have_no_colour_of_transparent_pixels(prepare: Prepare, save: Save) -> None:
    values = np.zeros((8, 5000, 4), np.uint8)
    values[:, ::2] = (255, 255, 255, 0)
    values[:, 1::2] = (160, 0, 0, 255)
    pixels = prepare(save(Image.fromarray(values), "PNG"))
    assert pixels[..., 1:3].max() <= 1


def test_an_image_of_an_effect_keeps_its_alpha(save: Save) -> None:
    clear = _picture().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    exif = Image.Exif()
    exif[0x0112] = 6
    width, height, data = decode(save(clear, "PNG", exif=exif))
    assert (width, height) == (32, 48)
    expected_pixels = clear.transpose(Image.Transpose.ROTATE_270)
    assert data == expected_pixels.tobytes()
    grey = Image.linear_gradient("L").resize((4, 4)).convert("LA")
    assert decode(save(grey, "PNG"))[2] == grey.convert("RGBA").tobytes()
    assert set(decode(save(_picture(), "JPEG"))[2][3::4]) == {255}


def test_an_image_of_an_effect_must_be_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"", b"GIF89a", b"<svg/>"):
        path.write_bytes(content)
        with pytest.raises(ToqiboxError) as caught:
            decode(path)
        assert caught.value.code == "undecodable_image"


def test_a_png_has_the_given_pixels(tmp_path: Path) -> None:
    pixels = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4) * 10
    picture_writer.write(tmp_path / "a.png", 3, 2, pixels.tobytes())
    assert (np.asarray(Image.open(tmp_path / "a.png")) == pixels).all()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
