"""Frames of MPEG audio (layers I to III) and of ADTS, which have only a sync word as signature.

Random bytes may contain that word too, so several consistent headers must follow each other.
"""

from collections.abc import Callable

Header = Callable[[bytes], tuple[int, object] | None]
"""Takes 7 bytes; returns a frame's length in bytes and the properties shared by its stream."""

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_HALVED = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_KILOBITS = {
    (3, 3): tuple(range(0, 449, 32)),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): _HALVED,
    (2, 1): _HALVED,
}
"""Bit rates by (version bits, layer bits); MPEG 2.5 has those of MPEG 2."""
_LAYER_1, _LAYER_3, _MPEG_1 = 3, 1, 3


def mpeg(word: bytes) -> tuple[int, object] | None:
    """Read the header of an MPEG audio frame (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3)."""
    if len(word) < 4 or word[0] != 0xFF or word[1] & 0xE0 != 0xE0:
        return None
    version, layer = word[1] >> 3 & 3, word[1] >> 1 & 3
    rate, bits, padding = word[2] >> 2 & 3, word[2] >> 4, word[2] >> 1 & 1
    if version == 1 or layer == 0 or rate == 3 or bits in (0, 15):
        return None
    hertz = _RATES[version][rate]
    bytes_s = _KILOBITS[max(version, 2), layer][bits] * 125
    if layer == _LAYER_1:
        length = (bytes_s * 96 // hertz + padding) * 4
    else:
        samples = 576 if layer == _LAYER_3 and version != _MPEG_1 else 1152
        length = bytes_s * samples // hertz + padding
    return length, (version, layer, hertz, word[3] >> 6 == 3)


def adts(word: bytes) -> tuple[int, object] | None:
    """Read the header of an ADTS frame (ISO/IEC 13818-7, 6.2)."""
    if len(word) < 7 or word[0] != 0xFF or word[1] & 0xF6 != 0xF0 or word[2] >> 2 & 15 > 12:
        return None
    length = (word[3] & 3) << 11 | word[4] << 3 | word[5] >> 5
    return (length, (word[1] & 8, word[2] & 0xFD, word[3] >> 6)) if length > 7 else None


def are_consecutive(data: bytes, at: int, count: int, header: Header) -> bool:
    """Return whether `count` frames of one stream follow each other from `at`."""
    first = None
    for _ in range(count):
        parsed = header(data[at : at + 7])
        if parsed is None or (first is not None and parsed[1] != first):
            return False
        length, first = parsed
        at += length
    return True


def find_frames(data: bytes, start: int, end: int, count: int) -> tuple[str, int] | None:
    """Find the first of `count` frames that follow each other.

    Args:
        data: bytes of a file.
        start: first offset at which the frame may begin.
        end: offset before which it must begin.
        count: number of frames; four do not occur by chance.

    Returns:
        The ffmpeg demuxer, ``mp3`` or ``aac``, and the offset of the frame.
    """
    at = data.find(b"\xff", start, end)
    while at >= 0:
        for kind, header in (("aac", adts), ("mp3", mpeg)):
            if are_consecutive(data, at, count, header):
                return kind, at
        at = data.find(b"\xff", at + 1, end)
    return None
