"""TIFF files with several pages, with separate planes, and without their end."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from server.errors import ToqiboxError
from server.media.photos import photo

Pixels = np.ndarray[Any, np.dtype[Any]]
Prepare = Callable[..., Pixels]
Save = Callable[..., Path]


def _picture(width: int = 48, height: int = 32) -> Image.Image:
    x, y = np.meshgrid(np.linspace(20, 230, width), np.linspace(30, 220, height))
    return Image.fromarray(np.stack([x, y, 255 - (x + y) / 2], axis=2).astype(np.uint8))


def test_the_page_after_an_empty_one_is_used(prepare: Prepare, save: Save) -> None:
    thumbnail, shown = _picture(8, 8), _picture()
    path = save(Image.new("RGB", (48, 32)), "TIFF", save_all=True, append_images=[thumbnail, shown])
    assert np.array_equal(prepare(path)[..., :3], np.asarray(shown))


def test_a_tiff_with_a_plane_of_sixteen_bits_for_each_channel(
    prepare: Prepare, tmp_path: Path
) -> None:
    """Pillow takes the planes for 8 bits and shows stripes of half the image."""
    values = np.asarray(_picture(), np.uint16) * 257
    for order in "<>":
        places = [8 + plane * 48 * 32 * 2 for plane in range(3)]
        end = 8 + 3 * 48 * 32 * 2
        short, long = 3, 4
        entries = [
            (256, short, (48,)),
            (257, short, (32,)),
            (258, short, (16, 16, 16)),
            (259, short, (1,)),
            (262, short, (2,)),
            (273, long, tuple(places)),
            (277, short, (3,)),
            (278, short, (32,)),
            (279, long, (48 * 32 * 2,) * 3),
            (284, short, (2,)),
        ]
        path = tmp_path / "planes"
        directory = _tiff_directory(order, entries, end)
        head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, end)
        planes = np.moveaxis(values, 2, 0).astype(order + "u2").tobytes()
        path.write_bytes(head + planes + directory)
        assert np.array_equal(prepare(path)[..., :3], np.asarray(_picture()))


def _tiff_directory(order: str, entries: list[tuple[int, int, tuple[int, ...]]], at: int) -> bytes:
    """Return an image file directory for offset `at` (TIFF 6.0, section 2)."""
    size = {3: "H", 4: "I"}
    fields, behind = b"", b""
    for tag, kind, values in entries:
        body = struct.pack(f"{order}{len(values)}{size[kind]}", *values)
        if len(body) > 4:
            place = at + 2 + 12 * len(entries) + 4 + len(behind)
            behind += body
            body = struct.pack(order + "I", place)
        fields += struct.pack(order + "HHI", tag, kind, len(values)) + body.ljust(4, b"\0")
    return struct.pack(order + "H", len(entries)) + fields + bytes(4) + behind


def test_a_tiff_whose_end_is_missing_is_cut_off(save: Save, tmp_path: Path) -> None:
    path = save(_picture(), "TIFF", compression="tiff_lzw")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ToqiboxError, match="the file is truncated"):
        photo.prepare(path, tmp_path / "photo")
