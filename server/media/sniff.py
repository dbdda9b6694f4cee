"""What kind of file it is, by its content and never by its name.

ffmpeg is told the kind and may not guess: a playlist named `.mp3` would make it open other files.
The table is first match, after ID3v2 tags are skipped. MPEG and ADTS have no signature, only a
sync word that random bytes hold too, so there two headers must follow each other and agree.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

ACCEPTED_AUDIO = "MP3, WAV, FLAC, OGG, M4A/AAC, AIFF"
ACCEPTED_PHOTO = "JPEG, PNG, HEIC, WebP, AVIF, TIFF, GIF, BMP"

HEAD_BYTES = 1 << 16
"""How much of a file's beginning, after its ID3v2 tags, decides."""

_BRANDS = {b"M4A ", b"M4B ", b"mp42", b"isom", b"iso2", b"mp41", b"qt  "}
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
"""Brands of pictures (ISO/IEC 23008-12, annexes B and G)."""
_IMAGE_HEAD_BYTES = 512
_MPEG_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LAYER_3_V1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LAYER_3_V2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_LONGEST_FRAME = 1441
_MOST_TAGS = 8

_Header = Callable[[bytes], tuple[int, object] | None]


def sniff_audio(head: bytes) -> str | None:
    """The kind of sound in a file that begins with `head`: its ffmpeg demuxer, or None.

    Returns ``mp3 wav flac ogg mov aac aiff``. Use `sniff_audio_file` for a whole file: its ID3v2
    tag may be longer than any head.
    """
    for _ in range(_MOST_TAGS):
        head = head[_id3_length(head) :]
    if head[:4] in (b"RIFF", b"RF64"):
        return "wav" if head[8:12] == b"WAVE" else None
    for magic, kind in ((b"fLaC", "flac"), (b"OggS", "ogg")):
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return "mov" if _brands(head) & _BRANDS else None
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else None
    return _sniff_frames(head)


def sniff_audio_file(path: Path) -> str | None:
    """As `sniff_audio`, for a file whose ID3v2 tags may be of any length."""
    with path.open("rb") as file:
        position = 0
        for _ in range(_MOST_TAGS):
            position += _id3_length(_read_at(file, position, 10))
        return sniff_audio(_read_at(file, position, HEAD_BYTES))


def sniff_image(head: bytes) -> str | None:
    """The kind of picture in a file that begins with `head`, or None.

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
    """As `sniff_image`, for a file."""
    with path.open("rb") as file:
        return sniff_image(file.read(_IMAGE_HEAD_BYTES))


def _read_at(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    return file.read(count)


def _id3_length(head: bytes) -> int:
    """Length of the ID3v2 tag that begins here, 0 when none does (id3.org, ID3v2.4 section 3.1)."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    footer = 10 if head[5] & 0x10 else 0
    return 10 + length + footer


def _brands(head: bytes) -> set[bytes]:
    """Major and compatible brands of the `ftyp` box (ISO/IEC 14496-12, 4.3)."""
    size = min(int.from_bytes(head[:4], "big"), 4096)
    return {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}


def _sniff_frames(head: bytes) -> str | None:
    """MPEG layer III or ADTS: after zero padding, or after a frame that was cut in the middle."""
    padded = head.lstrip(b"\0")
    for kind, header in (("aac", _adts), ("mp3", _mpeg)):
        if _agree(padded, 0, 2, header):
            return kind
    searched = range(1, min(len(padded), _LONGEST_FRAME))
    return "mp3" if any(_agree(padded, at, 4, _mpeg) for at in searched) else None


def _agree(head: bytes, at: int, count: int, header: _Header) -> bool:
    """Whether `count` headers follow each other from `at`, all of the same stream."""
    first = None
    for _ in range(count):
        found = header(head[at : at + 7])
        if found is None or (first is not None and found[1] != first):
            return False
        length, first = found
        at += length
    return True


def _mpeg(word: bytes) -> tuple[int, object] | None:
    """Length and fixed properties of an MPEG layer III frame (ISO/IEC 11172-3, 2.4.2.3)."""
    if len(word) < 4 or word[0] != 0xFF or word[1] & 0xE6 != 0xE2:
        return None
    version, rate, bits = word[1] >> 3 & 3, word[2] >> 2 & 3, word[2] >> 4
    if version == 1 or rate == 3 or bits in (0, 15):
        return None
    hertz = _MPEG_RATES[version][rate]
    table, slots = (_LAYER_3_V1, 144) if version == 3 else (_LAYER_3_V2, 72)
    length = slots * 1000 * table[bits] // hertz + (word[2] >> 1 & 1)
    return length, (version, hertz, word[3] >> 6 == 3)


def _adts(word: bytes) -> tuple[int, object] | None:
    """Length and fixed properties of an ADTS frame (ISO/IEC 13818-7, 6.2)."""
    if len(word) < 7 or word[0] != 0xFF or word[1] & 0xF6 != 0xF0 or word[2] >> 2 & 15 > 12:
        return None
    length = (word[3] & 3) << 11 | word[4] << 3 | word[5] >> 5
    return (length, (word[1] & 8, word[2] & 0xFD, word[3] >> 6)) if length > 7 else None
