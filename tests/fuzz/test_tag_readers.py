"""Pictures and times in the tags of a track: nothing that it states is believed."""

from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from server.media import mp4_boxes
from server.media.tracks import embedded_pictures
from server.media.tracks.tags import MAX_LENGTH, clean_tag
from tests.fuzz.harness import memory_file, short
from tests.fuzz.inputs import damaged, joined, sizes


def _box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _long_box(kind: bytes, size: int, body: bytes) -> bytes:
    return b"\0\0\0\1" + kind + size.to_bytes(8, "big") + body


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 127 for shift in (21, 14, 7, 0))


FRAME_IDS = st.sampled_from([b"APIC", b"PIC", b"TIT2", b"TT2", b"\0\0\0\0"])
MIME = st.sampled_from([b"image/png\0", b"-->\0", b"PNG", b"\0"])
FRAME_BODIES = st.builds(
    lambda encoding, mime, kind, text: bytes([encoding]) + mime + bytes([kind]) + text,
    st.integers(0, 4),
    MIME,
    st.integers(0, 255),
    st.binary(max_size=30),
)
FRAMES = st.builds(
    lambda name, size, flags, body: name + (size or len(body).to_bytes(4, "big")) + flags + body,
    FRAME_IDS,
    st.none() | sizes(4) | sizes(3),
    st.sampled_from([b"", b"\0\0", b"\0\x01", b"\0\x08", b"\0\x80", b"\0\xff"]),
    FRAME_BODIES,
)
ID3 = st.builds(
    lambda version, flags, frames: (
        b"ID3" + bytes([version, 0, flags]) + _synchsafe(len(frames)) + frames
    ),
    st.integers(0, 5),
    st.sampled_from([0, 0x80, 0x40, 0xC0, 0x10]),
    joined(FRAMES | st.binary(max_size=8)),
)
FLAC = st.builds(
    lambda kind, size, body: bytes([kind]) + (size or len(body).to_bytes(3, "big")) + body,
    st.sampled_from([0, 4, 6, 0x86, 0x7F]),
    st.none() | sizes(3),
    joined(sizes(4) | st.sampled_from([b"-->", b"image/png"]) | st.binary(max_size=20)),
)
BOX_KINDS = st.sampled_from(
    [
        *(b"moov", b"trak", b"mdia", b"mdhd", b"mvhd", b"hdlr", b"minf", b"stbl", b"stsd", b"edts"),
        *(b"elst", b"udta", b"meta", b"ilst", b"covr", b"data", b"ftyp", b"free"),
    ]
)
BOX_BODIES = joined(
    sizes(4) | st.sampled_from([b"soun", b"drms", bytes(8)]) | st.binary(max_size=9)
)
BOXES = st.recursive(
    st.builds(_box, BOX_KINDS, BOX_BODIES)
    | st.builds(_long_box, BOX_KINDS, st.integers(0, 40), BOX_BODIES),
    lambda inner: st.builds(_box, BOX_KINDS, joined(inner | sizes(4), 4)),
    max_leaves=12,
)


def _chain(*kinds: bytes) -> Callable[[bytes], bytes]:
    """Return a function that puts a body into boxes, each in the one before it."""

    def wrap(body: bytes) -> bytes:
        for kind in reversed(kinds):
            body = _box(kind, body)
        return body

    return wrap


COVERS = joined(BOXES).map(
    lambda body: _box(
        b"moov", _box(b"udta", _box(b"meta", bytes(4) + _box(b"ilst", _box(b"covr", body))))
    )
)
MOVIES = st.one_of(
    joined(BOXES).map(_chain(b"moov", b"trak", b"mdia")),
    joined(BOXES).map(_chain(b"moov", b"trak")),
    joined(BOXES).map(_chain(b"moov")),
    COVERS,
)
TRACKS = damaged(
    st.one_of(
        joined(ID3, 3),
        joined(FLAC).map(lambda blocks: b"fLaC" + blocks),
        st.builds(lambda tag, blocks: tag + b"fLaC" + blocks, ID3, joined(FLAC)),
        joined(MOVIES | BOXES, 4).map(lambda boxes: _box(b"ftyp", b"M4A ") + boxes),
    )
)


@short
@given(TRACKS | st.binary(max_size=200))
def test_pictures_are_parts_of_the_file(content: bytes) -> None:
    with memory_file(content) as path:
        pictures = list(embedded_pictures.find_pictures(path))
    compressed_bytes = 1100 * len(content)  # deflate packs at most so much (zlib's documentation)
    assert all(0 <= picture.kind < 2**32 for picture in pictures)
    assert all(len(picture.data) <= compressed_bytes for picture in pictures)


@short
@given(damaged(joined(MOVIES | BOXES, 4)))
@example(_box(b"moov", _box(b"trak", _box(b"mdia", _long_box(b"hdlr", 15, b"")))) + b"x" * 99)
def test_boxes_of_a_movie_are_read_or_missing(content: bytes) -> None:
    with memory_file(content) as path:
        kinds = mp4_boxes.box_types(path)
        assert len(kinds) <= len(content) // 8
        assert mp4_boxes.stated_end(path) >= 0
        seconds = mp4_boxes.audio_seconds(path)
        assert seconds is None or seconds > 0
        assert mp4_boxes.is_protected(path) in (True, False)
        assert all(picture in content for picture in mp4_boxes.cover_pictures(path, 1000))
        try:
            ticks, timescale = mp4_boxes.media_duration(path)
        except ValueError:
            return
        assert ticks >= 0
        assert timescale >= 0


def test_a_box_that_ends_within_its_head_is_empty() -> None:
    handler = _long_box(b"hdlr", 15, b"x" * 8 + b"soun")
    duration = _box(b"mdhd", bytes(12) + b"\0\0\0\1" * 2)
    movie = _box(b"mvhd", bytes(20)) + _box(b"trak", _box(b"mdia", duration + handler))
    with memory_file(_box(b"moov", movie)) as path:
        assert mp4_boxes.audio_seconds(path) is None


@short
@given(st.text() | st.text("àÿÏ \u202eЯ"))
def test_a_tag_is_one_clean_line(text: str) -> None:
    tag = clean_tag(text)
    if tag is not None:
        assert 0 < len(tag) <= MAX_LENGTH
        assert tag == " ".join(tag.split())
        assert clean_tag(tag) is not None
