"""The kind of an upload comes from its content."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.sniff import sniff_audio, sniff_audio_file, sniff_image
from server.media.tracks.untrusted_input import DEMUXERS

_TONE = "sine=f=440:d=0.3"
_LAVFI = ("-f", "lavfi")


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("cbr.mp3", ("-b:a", "128k"), "mp3"),
        ("vbr.mp3", ("-q:a", "4"), "mp3"),
        ("low.mp3", ("-ar", "8000", "-b:a", "16k"), "mp3"),
        ("bare.mp3", ("-id3v2_version", "0", "-write_xing", "0"), "mp3"),
        ("a.wav", (), "wav"),
        ("a.flac", (), "flac"),
        ("vorbis.ogg", ("-c:a", "libvorbis"), "ogg"),
        ("opus.ogg", ("-c:a", "libopus"), "ogg"),
        ("a.m4a", (), "mov"),
        ("a.mov", (), "mov"),
        ("a.aac", (), "aac"),
        ("a.aiff", (), "aiff"),
    ],
)
def test_formats_are_recognised(
    convert: Callable[..., Path], name: str, options: tuple[str, ...], kind: str
) -> None:
    path = convert(_TONE, name, *options, before=_LAVFI)
    assert sniff_audio_file(path) == kind


@pytest.mark.fault("A26")
@pytest.mark.parametrize("name", ["a.ac3", "a.flv", "a.ts"])
def test_other_kinds_are_refused(convert: Callable[..., Path], name: str) -> None:
    assert sniff_audio_file(convert(_TONE, name, before=_LAVFI)) is None


@pytest.mark.fault("A01", "A14", "A15", "A18", "A22")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"\xff" * 5000,
        bytes(5000),
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile other.mp3\n",
        b"#EXTM3U\nother.mp3\n",
        b"[playlist]\nFile1=file:///etc/passwd\nNumberOfEntries=1\n",
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<playlist xmlns="http://xspf.org/ns/0/"><location>&x;</location></playlist>',
        b'<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/">',
        b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1/x</BaseURL></MPD>',
        b"v=0\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
        b"PK\x03\x04" + bytes(100),
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"\x1f\x8b\x08" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"RIFF\x00\x00\x00\x00ACONLIST",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f",
        b"ID3\x04\x00\x00\x00\x00\x00\x00" * 100,
    ],
)
def test_files_without_audio_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    assert sniff_audio(content) is None
    assert sniff_audio_file(path) is None


def test_a_tag_longer_than_any_head_is_skipped(
    convert: Callable[..., Path], tmp_path: Path
) -> None:
    bare = convert(_TONE, "bare.mp3", "-id3v2_version", "0", before=_LAVFI).read_bytes()
    tag = b"ID3\x04\x00\x00" + bytes([0, 20, 0, 0]) + bytes(20 << 14)
    path = tmp_path / "tagged"
    path.write_bytes(tag + bare)
    assert sniff_audio_file(path) == "mp3"
    assert sniff_audio_file(path) == sniff_audio(bare)


def test_a_file_that_begins_inside_a_frame_is_still_mp3(convert: Callable[..., Path]) -> None:
    bare = convert(_TONE, "bare.mp3", "-id3v2_version", "0", "-write_xing", "0", before=_LAVFI)
    assert sniff_audio(bare.read_bytes()[100:]) == "mp3"
    assert sniff_audio(bytes(300) + bare.read_bytes()) == "mp3"


@given(st.binary(max_size=300))
def test_any_bytes_are_recognised_or_refused(content: bytes) -> None:
    assert sniff_audio(content) in (None, *DEMUXERS.split(","))
    kinds = (None, "jpeg", "png", "webp", "gif", "bmp", "heif", "avif", "tiff")
    assert sniff_image(content) in kinds


def test_one_header_is_not_enough() -> None:
    assert sniff_audio(b"\xff\xfb\x90\x00" + bytes(1000)) is None
    assert sniff_audio(b"\xff\xf1\x50\x80\x20\x1f\xfc" + bytes(1000)) is None
