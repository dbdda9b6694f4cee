"""Rare kinds of images, and images that are hard to see."""

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from server.errors import ToqiboxError
from server.media.photos import photo
from server.media.photos.formats import png
from server.media.photos.pixels import limits
from server.media.sniff import sniff_image_file

Pixels = np.ndarray[Any, np.dtype[Any]]
Prepare = Callable[..., Pixels]
Save = Callable[..., Path]

# Four areas of 32 x 24 pixels, red, green, blue, yellow, stored with the orientation 6 both as
# `irot` and in EXIF. No library that the server uses can encode this kind.
_TURNED_HEIC = """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA
AAAAADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAALIAAgAAAAACngABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVp
bmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZo
dmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAA
AwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAA
AAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90
AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAN5tZGF0AAAArigBrwngITip
//M8b/78nZe0xyeVp79Y//Yw+8au/+FRt0fo8TzDwXMT/8t+NbIyRhf/xCsvuuQWOjwAzouuu9AnsjgzA0mEHVj1htC40gQW
Ofw6wcxFAAnamzs5/fldtaDMWbW9Tvae+BFQBEyMgf7ykS8oVndFQXFje78eEDxS2syKEXSqTYfoIxKITmO3WzkskE2nNOZz
1l3yLFSNPN+apGV2OtOlGSuT1IHCEAAAAAZFeGlmAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA==
"""


def _difference(pixels: Pixels, expected: Image.Image) -> float:
    expected_pixels = np.asarray(expected.convert("RGB")).astype(int)
    assert pixels.shape[:2] == expected_pixels.shape[:2]
    return float(np.abs(pixels[..., :3].astype(int) - expected_pixels).mean())


def _picture(width: int = 48, height: int = 32) -> Image.Image:
    x, y = np.meshgrid(np.linspace(20, 230, width), np.linspace(30, 220, height))
    return Image.fromarray(np.stack([x, y, 255 - (x + y) / 2], axis=2).astype(np.uint8))


def test_heic_is_upright(prepare: Prepare, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(base64.b64decode(_TURNED_HEIC))
    assert sniff_image_file(path) == "heif"
    pixels = prepare(path)
    assert pixels.shape == (64, 48, 4)
    corners = [pixels[y, x, :3].astype(int) for y in (8, 56) for x in (8, 40)]
    expected_pixels = [(40, 60, 200), (200, 30, 30), (230, 220, 40), (30, 160, 60)]
    assert np.abs(np.array(corners) - expected_pixels).max() < 20
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ToqiboxError, match="the file is truncated"):
        prepare(path)


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_tiff_and_avif(prepare: Prepare, save: Save, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    method = {6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE}.get(orientation)
    expected = _picture() if method is None else _picture().transpose(method)
    for kind, options in (("TIFF", {"compression": "tiff_lzw"}), ("AVIF", {"quality": 100})):
        path = save(_picture(), kind, exif=exif, **options)
        assert _difference(prepare(path), expected) < 3, kind


@pytest.mark.parametrize("mode", ["1", "L", "RGBA", "CMYK", "LAB", "I;16", "F", "P"])
def test_tiff_of_any_depth(prepare: Prepare, save: Save, mode: str) -> None:
    grey = _picture().convert("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(grey).astype(np.float32) / 255)
    elif mode == "LAB":
        image = Image.new("LAB", (48, 32), (136, 208, 195))  # the red of sRGB
    else:
        image = _picture().convert(mode)
    expected_pixels = Image.new("RGB", (48, 32), "red") if mode == "LAB" else image
    expected_pixels = grey if mode in ("I;16", "F") else expected_pixels
    assert _difference(prepare(save(image, "TIFF")), expected_pixels) < 7


@pytest.mark.fault("B16")
def test_a_raw_file_of_a_camera_is_refused(save: Save, tmp_path: Path) -> None:
    for tag, value in ((50706, bytes([1, 4, 0, 0])), (254, 1)):
        path = save(_picture(), "TIFF", tiffinfo={tag: value})
        with pytest.raises(ToqiboxError) as caught:
            photo.prepare(path, tmp_path / "photo")
        assert caught.value.code == "unsupported_media_type"
        assert "HEIC" in caught.value.values["accepted"]  # type: ignore[operator]


def test_an_animation_is_its_first_frame_that_is_not_blank(prepare: Prepare, save: Save) -> None:
    clear, white = Image.new("RGBA", (48, 32)), Image.new("RGBA", (48, 32), "white")
    frame = _picture().convert("RGBA")
    for kind in ("GIF", "WEBP", "PNG"):
        path = save(clear, kind, save_all=True, append_images=[white, frame], lossless=True)
        assert _difference(prepare(path), _picture()) < 12, kind
        path = save(white, kind, save_all=True, append_images=[clear, white], lossless=True)
        assert _difference(prepare(path), white) == 0, kind


def test_an_animation_that_fades_in_is_its_first_visible_frame(
    prepare: Prepare, save: Save
) -> None:
    dark = Image.new("RGB", (48, 32))
    fade = [Image.blend(dark, _picture(), step / 20) for step in range(1, 21)]
    for kind in ("GIF", "WEBP", "PNG", "AVIF"):
        frame = prepare(save(fade[0], kind, save_all=True, append_images=fade[1:]))
        assert frame[..., :3].mean() > 0.7 * np.asarray(_picture()).mean(), kind


@pytest.mark.fault("B05")
def test_an_animation_of_very_many_frames_is_its_first(prepare: Prepare, tmp_path: Path) -> None:
    """A GIF of 20,000 frames of one pixel; of those after the first few none is valid."""
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\1\0"
    broken = frame.replace(b"\x02\x44\1\0", b"\x02\xff\xff\0")
    head = b"GIF89a\1\0\1\0\x80\0\0" + bytes([9, 8, 7, 255, 255, 255])
    path = tmp_path / "upload"
    path.write_bytes(head + frame * 100 + broken * 19_900 + b"\x3b")
    assert prepare(path).tolist() == [[[9, 8, 7, 255]]]


@pytest.mark.fault("B12")
def test_a_png_of_apples_variant_is_refused(tmp_path: Path) -> None:
    rows = zlib.compressobj(wbits=-15)
    data = rows.compress((b"\0" + bytes(range(8))) * 2) + rows.flush()
    header = struct.pack(">IIBBBBB", 2, 2, 8, 6, 0, 0, 0)
    chunks = (
        (b"CgBI", b"\x50\0\x20\x02"),
        (b"IHDR", header),
        (b"IDAT", data),
        (b"IEND", b""),
    )
    (tmp_path / "upload").write_bytes(
        b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)
    )
    with pytest.raises(ToqiboxError) as caught:
        photo.prepare(tmp_path / "upload", tmp_path / "photo")
    assert caught.value.code == "undecodable_image"


def test_alpha_that_hides_everything_is_ignored(prepare: Prepare, save: Save) -> None:
    image = _picture().convert("RGBA")
    image.putalpha(1)
    assert _difference(prepare(save(image, "PNG")), _picture()) == 0


def test_alpha_of_zero_everywhere_is_none(prepare: Prepare, save: Save) -> None:
    image = _picture(5000, 8).convert("RGBA")
    image.putalpha(0)
    for kind in ("PNG", "TIFF"):
        pixels = prepare(save(image, kind))
        assert _difference(pixels, _picture(5000, 8).resize(pixels.shape[1::-1])) < 2, kind


def _logo(colour: tuple[int, int, int], size: int = 60) -> Image.Image:
    image = Image.new("RGBA", (size, size), (*colour, 0))
    image.paste((*colour, 255), (20, 20, 40, 40))
    return image


def test_a_dark_photo_gets_a_light_background(prepare: Prepare, save: Save) -> None:
    pixels = prepare(save(_logo((10, 10, 20)), "PNG"))
    assert pixels[0, 0].tolist() == [240, 240, 240, 255]
    assert pixels[30, 30].tolist() == [10, 10, 20, 255]
    for colour in ((230, 230, 230), (220, 40, 40)):
        assert not prepare(save(_logo(colour), "PNG"))[0, 0, :3].any()
    disc = _picture(64, 64).convert("RGBA")  # a dark avatar keeps its black corners
    y, x = np.mgrid[-32:32, -32:32]
    dark = Image.fromarray((np.asarray(disc)[..., :3] // 20).astype(np.uint8))
    dark.putalpha(Image.fromarray(((x * x + y * y < 32 * 32) * 255).astype(np.uint8)))
    assert not prepare(save(dark, "PNG"))[0, 0, :3].any()


def test_a_photo_of_one_colour_gets_a_warning(save: Save, tmp_path: Path) -> None:
    for colour in ("#000000", "#204060"):
        path = save(Image.new("RGB", (40, 40), colour), "PNG")
        (row,) = photo.prepare(path, tmp_path / "photo", "photo2").warnings
        assert row == {"code": "blank_photo", "field": "photo2", "values": {"colour": colour}}
    assert photo.prepare(save(_picture(), "PNG"), tmp_path / "photo").warnings == ()


@pytest.mark.fault("B06")
@pytest.mark.parametrize("part", [0.5, 0.75])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_readable_part_of_a_truncated_file_is_used(
    save: Save, tmp_path: Path, kind: str, part: float
) -> None:
    noise = Image.effect_noise((64, 160), 60).convert("RGB")
    path = save(noise, kind)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    prepared = photo.prepare(path, tmp_path / "photo")
    (row,) = prepared.warnings
    assert row["code"] == "photo_cut_off"
    assert abs(row["values"]["percent"] - 100 * (1 - prepared.height / 160)) <= 1
    assert part - 0.2 < prepared.height / 160 <= part + 0.02
    _, _, pixels = photo.load(tmp_path / "photo")
    frame = np.frombuffer(pixels, np.uint8).reshape(prepared.height, 64, 4)
    assert _difference(frame, noise.crop((0, 0, 64, prepared.height))) < (
        12 if kind == "JPEG" else 1
    )


def test_only_the_end_marker_is_missing(prepare: Prepare, save: Save, tmp_path: Path) -> None:
    for kind, count in (("JPEG", 2), ("PNG", 12)):
        path = save(_picture(), kind)
        whole = prepare(path).copy()
        path.write_bytes(path.read_bytes()[:-count])
        assert photo.prepare(path, tmp_path / "photo").warnings == ()
        assert np.array_equal(prepare(path), whole), kind


def test_a_progressive_jpeg_that_is_cut_is_coarse(save: Save, tmp_path: Path) -> None:
    path = save(_picture(), "JPEG", progressive=True)
    path.write_bytes(path.read_bytes()[:-60])
    prepared = photo.prepare(path, tmp_path / "photo")
    assert (prepared.height, [row["code"] for row in prepared.warnings]) == (
        32,
        ["photo_unfinished"],
    )


def test_rows_that_the_first_scan_does_not_reach_are_missing(save: Save, tmp_path: Path) -> None:
    noise = Image.effect_noise((64, 160), 60).convert("RGB")
    path = save(noise, "JPEG", progressive=True)
    first = path.read_bytes().index(b"\xff\xda")
    second = path.read_bytes().index(b"\xff\xda", first + 2)
    path.write_bytes(path.read_bytes()[: (first + second) // 2])
    prepared = photo.prepare(path, tmp_path / "photo")
    assert ([row["code"] for row in prepared.warnings]) == ["photo_cut_off"]
    assert 48 <= prepared.height <= 112


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.fault("B04", "B10")
def test_metadata_never_refuses_a_png(prepare: Prepare, save: Save) -> None:
    path = save(_picture(), "PNG")
    data = path.read_bytes()
    large = zlib.compress(bytes(9_000_000))
    for chunk in (
        _chunk(b"iCCP", b"large\0\0" + large),
        _chunk(b"iCCP", b"broken"),
        _chunk(b"zTXt", b"Comment\0\0" + large),
        _chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + large),
        _chunk(b"tEXt", bytes(2_000_000)),
        _chunk(b"eXIf", b"MM\0*nonsense"),
        _chunk(b"tEXt", b"a\0b")[:-1] + b"?",
    ):
        path.write_bytes(data[:33] + chunk + data[33:])
        assert _difference(prepare(path), _picture()) == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P", "I;16"])
def test_strips_give_the_same_pixels(
    prepare: Prepare, save: Save, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    image = Image.effect_noise((50, 41), 90).convert("RGB")
    image = Image.merge("RGB", (image.getchannel(0), *_picture(50, 41).split()[1:]))
    if mode == "I;16":
        image = Image.fromarray(np.arange(50 * 41, dtype=np.uint16).reshape(41, 50) * 31)
    elif mode == "P":
        image = image.quantize(16)
    else:
        image = image.convert(mode)
    if mode.endswith("A"):
        image.putalpha(_picture(50, 41).getchannel(0))
    path = save(image, "PNG", **({"transparency": 3} if mode == "P" else {}))
    whole = prepare(path).copy()
    monkeypatch.setattr(png, "_MAX_DECODE_AT_ONCE_PIXELS", 100)
    monkeypatch.setattr(png, "_STRIP_PIXELS", 350)
    assert np.array_equal(prepare(path), whole)
    for module in (png, limits):
        monkeypatch.setattr(module, "MAX_KEPT_SIDE", 20)
    small = Image.fromarray(whole).resize((20, 16), Image.Resampling.BOX)
    assert _difference(prepare(path), small) < (30 if mode == "1" else 12)
