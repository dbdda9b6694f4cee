"""The kind of a track: known or none, the same by both readers, and found after junk."""

from hypothesis import example, given
from hypothesis import strategies as st

from server.media.mpeg_frames import adts, are_consecutive, mpeg
from server.media.sniff import HEAD_BYTES, find_input_format, id3_length, sniff_audio
from server.media.tracks.untrusted_input import DEMUXERS
from tests.fuzz.harness import memory_file, short
from tests.fuzz.inputs import damaged, joined, sizes

KINDS = frozenset(DEMUXERS.split(","))
MPEG = b"\xff\xfb\x90\x64" + bytes(413)
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)
MAGIC = st.sampled_from(
    [
        *(b"fLaC\0\0\0\x22", b"OggS", b"caff\0\1", b"\x1a\x45\xdf\xa3", b"#!AMR", b".snd", b"wvpk"),
        *(b"MAC ", b"TTA1", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0AVI ", b"RIFF\0\0\0\0WEBP"),
        *(b"RF64\xff\xff\xff\xffWAVE", b"FORM\0\0\0\0AIFF", b"FORM\0\0\0\0ILBM", b"PK\3\4", b"MZ"),
        *(b"\0\0\0\x18ftypM4A \0\0\0\0heic", b"\0\0\0\x08moov", b"\0\0\0\x08wide", b"\xff\xd8\xff"),
        *(b"ID3\4\0\0", b"ID3\3\0\x10", b"\xff", bytes(9), b"GIF89a", b"BM", b"%PDF", b"Rar!"),
    ]
)
TAGS = st.binary(max_size=100).map(
    lambda body: b"ID3\4\0\0" + bytes([0, 0, len(body) >> 7, len(body) & 127]) + body
)
FRAMES = st.builds(
    lambda frame, count: frame * count, st.sampled_from([MPEG, ADTS]), st.integers(1, 9)
)
FILES = damaged(joined(MAGIC | TAGS | FRAMES | sizes(4) | st.binary(max_size=40)))


@short
@given(FILES)
@example(b"ID3\4\0\0\x7f\x7f\x7f\x7f" + MPEG * 8)
@example(bytes(300) + ADTS * 9)
def test_a_track_has_a_known_kind_or_none(content: bytes) -> None:
    with memory_file(content) as path:
        input_format = find_input_format(path)
    assert sniff_audio(content) in {None, *KINDS}
    if input_format is None:
        return
    assert input_format.kind in KINDS
    assert 0 <= input_format.skip < len(content)
    if input_format.skip:
        header = adts if input_format.kind == "aac" else mpeg
        assert content.startswith(b"fLaC", input_format.skip) or are_consecutive(
            content, input_format.skip, 5, header
        )


@short
@given(TAGS, FILES.filter(lambda content: not id3_length(content)))
def test_a_tag_does_not_change_the_kind(tag: bytes, content: bytes) -> None:
    assert sniff_audio(tag + content) == sniff_audio(content)


@short
@given(FILES)
def test_only_the_head_of_a_file_is_sniffed(content: bytes) -> None:
    assert sniff_audio(content + bytes(2 * HEAD_BYTES)) == sniff_audio(content + bytes(HEAD_BYTES))
