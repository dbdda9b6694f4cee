"""The kind of a file, by its content and never by its name.

ffmpeg is given the kind and must not guess: a playlist named `.mp3` would make it open other files.
The first match in the table counts, after ID3v2 tags.
"""

from pathlib import Path
from typing import BinaryIO, NamedTuple

from server.media import mpeg_frames

ACCEPTED_AUDIO = (
    "MP3, WAV, FLAC, OGG, M4A/AAC, AIFF, CAF, WebM/MKA, WMA, MP2, W64, AMR, AU, WavPack, APE, TTA; "
    "the audio of MP4, MOV, MKV, AVI"
)
ACCEPTED_PHOTO = "JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF, BMP"

HEAD_BYTES = 1 << 16
"""Bytes at a file's beginning, after its ID3v2 tags, that are inspected."""

_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip"}
"""First boxes of QuickTime files without `ftyp` (QuickTime File Format, 1996 to 2001)."""
_AUDIO_MAGIC = (
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"caff\0\1", "caf"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (bytes.fromhex("72696666 2e91cf11 a5d628db 04c10000"), "w64"),
    (bytes.fromhex("3026b275 8e66cf11 a6d900aa 0062ce6c"), "asf"),
    (b"#!AMR", "amr"),
    (b".snd", "au"),
    (b"wvpk", "wv"),
    (b"MAC ", "ape"),
    (b"TTA1", "tta"),
)
_RIFF = {b"WAVE": "wav", b"AVI ": "avi"}
_ARCHIVES = (b"PK\3\4", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"%PDF", b"MZ", b"\x7fELF")
"""Files that may contain an MP3 but are not one; see `find_input_format`."""
_PICTURES = {
    "avif": {b"avif", b"avis"},
    "heif": {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"msf1",
    },
}
"""Brands of images (ISO/IEC 23008-12, annexes B and G)."""
_IMAGE_HEAD_BYTES = 512
_MAX_FRAME_BYTES = 1441
"""Bytes of the longest layer III frame; a cut file may begin with the rest of one."""
_MAX_JUNK_BYTES = 1 << 20
_MAX_TAG_BYTES = 16 << 20
"""Maximum offset of the audio after junk, and after a tag with a wrong length."""
_MAX_TAGS = 8


class InputFormat(NamedTuple):
    """The format that a track is opened with."""

    kind: str
    """The ffmpeg demuxer."""
    skip: int = 0
    """Bytes at the beginning that the demuxer must skip."""


def sniff_audio(head: bytes) -> str | None:
    """Return the kind of audio in a file that begins with `head`: its ffmpeg demuxer, or None.

    Use `find_input_format` for a whole file: its ID3v2 tag may be, or claim to be, very long.
    """
    for _ in range(_MAX_TAGS):
        head = head[id3_length(head) :]
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return None if sniff_image(head) else "mov"
    if head[4:8] in _QUICKTIME_BOXES and head[0] == 0:
        return "mov"
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else None
    kinds = (kind for magic, kind in _AUDIO_MAGIC if head.startswith(magic))
    return next(kinds, None) or _sniff_frames(head)


def sniff_audio_file(path: Path) -> str | None:
    """Return the ffmpeg demuxer of a track, or None; see `find_input_format`."""
    input_format = find_input_format(path)
    return input_format and input_format.kind


def find_input_format(path: Path) -> InputFormat | None:
    """Find the format of a track; return None if it is not audio.

    MP3, ADTS and FLAC are also searched after junk, and after or inside an ID3v2 tag with a wrong
    length.
    """
    with path.open("rb") as file:
        tag_end = 0
        for _ in range(_MAX_TAGS):
            tag_end += id3_length(_read_at(file, tag_end, 10))
        kind = sniff_audio(_read_at(file, tag_end, HEAD_BYTES))
        if kind and not (tag_end and kind in ("mp3", "aac")):
            return InputFormat(kind)
        data = _read_at(file, 0, (_MAX_TAG_BYTES if tag_end else _MAX_JUNK_BYTES) + HEAD_BYTES)
    if kind:
        early = mpeg_frames.find_frames(data, 10, min(tag_end, _MAX_TAG_BYTES), 8)
        return InputFormat(*early) if early else InputFormat(kind)
    return _find_after_junk(data, 10 if tag_end else 0)


def _find_after_junk(data: bytes, start: int) -> InputFormat | None:
    if data.startswith(_ARCHIVES) or sniff_image(data):
        return None
    flac = data.find(b"fLaC\0\0\0\x22", start)
    frames = mpeg_frames.find_frames(data, start, flac if flac >= 0 else len(data), 5)
    if frames is None:
        return InputFormat("flac", flac) if flac >= 0 else None
    return InputFormat(*frames)


def sniff_image(head: bytes) -> str | None:
    """Return the kind of image in a file that begins with `head`, or None.

    Returns ``jpeg png webp gif bmp heif avif tiff``.
    """
    if head.startswith(b"RIFF"):
        return "webp" if head[8:12] == b"WEBP" else None
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        return next((kind for kind, known in _PICTURES.items() if brands & known), None)
    table = (
        (b"\xff\xd8\xff", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"BM", "bmp"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
    )
    return next((kind for magic, kind in table if head.startswith(magic)), None)


def sniff_image_file(path: Path) -> str | None:
    """Return the kind of image in a file, or None."""
    with path.open("rb") as file:
        return sniff_image(file.read(_IMAGE_HEAD_BYTES))


def _read_at(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    return file.read(count)


def id3_length(head: bytes) -> int:
    """Return the length of the ID3v2 tag that begins here, 0 without a tag.

    Source: id3.org, ID3v2.4 section 3.1.
    """
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    footer = 10 if head[5] & 0x10 else 0
    return 10 + length + footer


def _brands(head: bytes) -> set[bytes]:
    """Return the major and compatible brands of the `ftyp` box (ISO/IEC 14496-12, 4.3)."""
    size = min(int.from_bytes(head[:4], "big"), 4096)
    return {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}


def _sniff_frames(head: bytes) -> str | None:
    """Return MPEG or ADTS, also after zero padding or after a truncated first frame."""
    padded = head.lstrip(b"\0")
    for kind, header in (("aac", mpeg_frames.adts), ("mp3", mpeg_frames.mpeg)):
        if mpeg_frames.are_consecutive(padded, 0, 2, header):
            return kind
    frames = mpeg_frames.find_frames(padded, 1, _MAX_FRAME_BYTES, 4)
    return frames and frames[0]
