"""The pictures in tags, by their content, in every form of frame and box."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from server.media.tracks import cover, embedded_pictures

_UNSYNCHRONISED = 0x80


def _jpeg(colour: str = "red") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(stream, "JPEG", quality=95)
    return stream.getvalue()


PICTURE = _jpeg()


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def _size(version: int, number: int) -> bytes:
    return _synchsafe(number) if version == 4 else struct.pack(">I", number)


def _apic(data: bytes, kind: int = 3, mime: bytes = b"application/octet-stream") -> bytes:
    return b"\0" + mime + b"\0" + bytes([kind]) + b"a cover\0" + data


def _frame(content: bytes, version: int = 4, packing: int = 0) -> bytes:
    return b"APIC" + _size(version, len(content)) + bytes([0, packing]) + content


def _tag(frames: bytes, version: int = 4, flags: int = 0) -> bytes:
    return b"ID3" + bytes([version, 0, flags]) + _synchsafe(len(frames)) + frames


def _stuffed(data: bytes) -> bytes:
    return data.replace(b"\xff", b"\xff\0")


def _read_pictures(tmp_path: Path, data: bytes) -> list[embedded_pictures.EmbeddedPicture]:
    (tmp_path / "track").write_bytes(data)
    return list(embedded_pictures.find_pictures(tmp_path / "track"))


_LONG = _apic(PICTURE)
_WIDE = b"\1x\0\3" + "\ufeffa Ā".encode("utf-16-le") + b"\0\0" + PICTURE
_FORMS = {
    "2.3": _tag(_frame(_LONG, 3), 3),
    "2.4": _tag(b"TIT2\0\0\0\2\0\0\0a" + _frame(_LONG)),
    "2.2": _tag(b"PIC" + struct.pack(">I", len(PICTURE) + 6)[1:] + b"\0XYZ\3\0" + PICTURE, 2),
    "utf16": _tag(_frame(_WIDE)),
    "unsynchronised 2.3": _tag(_stuffed(_frame(_LONG, 3)), 3, _UNSYNCHRONISED),
    "unsynchronised 2.4": _tag(_frame(_stuffed(_LONG), 4, 2)),
    "plain size in 2.4": _tag(_frame(_LONG, 3) + _frame(b"\0", 3)[:-1], 4),
    "compressed 2.3": _tag(_frame(bytes(4) + zlib.compress(_LONG), 3, 0x80), 3),
    "compressed 2.4": _tag(_frame(bytes(4) + zlib.compress(_LONG), 4, 0x09)),
    "grouped": _tag(_frame(b"g" + _LONG, 4, 0x40)),
    "extended 2.3": _tag(struct.pack(">I", 6) + bytes(6) + _frame(_LONG, 3), 3, 0x40),
    "extended 2.4": _tag(_synchsafe(6) + b"\1\0" + _frame(_LONG), 4, 0x40),
    "padded": _tag(_frame(_LONG) + bytes(50)),
    "second tag": _tag(bytes(20)) + _tag(_frame(_LONG)),
}


@pytest.mark.parametrize("name", _FORMS)
def test_a_picture_of_any_declared_type_is_read(tmp_path: Path, name: str) -> None:
    assert (3, PICTURE) in _read_pictures(tmp_path, _FORMS[name] + b"\xff\xfb" + bytes(99))


@pytest.mark.fault("A17")
def test_links_encrypted_and_broken_frames_give_no_picture(tmp_path: Path) -> None:
    linked = _frame(_apic(b"http://example.org/a.jpg", mime=b"-->"))
    frames = linked + _frame(_LONG, 4, 4) + _frame(b"nothing", 4, 9) + _frame(b"")
    assert _read_pictures(tmp_path, _tag(frames)) == []
    for length in range(0, 90, 3):
        _read_pictures(tmp_path, _FORMS["2.4"][:length])


def test_a_block_of_flac_and_a_box_of_mp4_are_read(tmp_path: Path) -> None:
    def counted(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    block = struct.pack(">I", 4) + counted(b"x") + counted(b"") + bytes(16) + counted(PICTURE)
    blocks = b"\0\0\0\x22" + bytes(34) + b"\x86" + struct.pack(">I", len(block))[1:] + block
    assert _read_pictures(tmp_path, b"fLaC" + blocks) == [(4, PICTURE)]

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    item = box(b"ilst", box(b"covr", box(b"data", bytes(8) + PICTURE)))
    moov = box(b"moov", box(b"udta", box(b"meta", bytes(4) + item)))
    assert _read_pictures(tmp_path, box(b"ftyp", b"M4A ") + moov) == [(3, PICTURE)]


def test_the_front_goes_first_and_junk_and_icons_last(tmp_path: Path) -> None:
    order = ((b"junk", 3), (_jpeg("lime"), 1), (_jpeg("blue"), 0), (PICTURE, 3))
    frames = b"".join(_frame(_apic(data, kind)) for data, kind in order)
    (tmp_path / "track").write_bytes(_tag(frames))
    pictures = list(cover.cover_pictures(tmp_path / "track", "mp3"))
    assert pictures == [PICTURE, _jpeg("blue"), _jpeg("lime"), b"junk"]
