"""Tracks from real life: other containers and codecs, junk, wrong lengths, no audio."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media.sniff import find_input_format, sniff_audio_file
from server.media.tracks import tags
from server.protocol.results.media import DecodedAudio
from tests.harness.media_files import Convert, Samples

Decode = Callable[..., DecodedAudio]

_LAVFI = ("-f", "lavfi")
_TONE = "aevalsrc=0.5*sin(2*PI*500*t):d=0.6:s=44100"
_BARE = ("-id3v2_version", "0", "-b:a", "128k")
_KINDS: list[tuple[str, str, tuple[str, ...]]] = [
    ("a.caf", "caf", ("-c:a", "alac")),
    ("a.webm", "matroska", ("-c:a", "libopus")),
    ("a.mka", "matroska", ("-c:a", "flac")),
    ("a.w64", "w64", ()),
    ("bw64.wav", "wav", ("-write_bext", "1", "-rf64", "always")),
    ("a.mp2", "mp3", ()),
    ("a.wma", "asf", ()),
    ("a.3gp", "mov", ("-c:a", "aac")),
    ("a.avi", "avi", ("-c:a", "libmp3lame")),
    ("ms.wav", "wav", ("-c:a", "adpcm_ms")),
    ("dolby.mp4", "mov", ("-c:a", "ac3")),
    ("speex.ogg", "ogg", ("-c:a", "libspeex", "-ar", "16000", "-ac", "1")),
]


def _why(decode: Any, path: Path) -> str:
    with pytest.raises(ToqiboxError) as caught:
        decode(path)
    assert caught.value.code == "undecodable_audio"
    return str(caught.value.values["why"])


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return an MP3 without tags."""
    path = tmp_path_factory.mktemp("bare") / "bare.mp3"
    command = ["ffmpeg", "-v", "error", *_LAVFI, "-i", _TONE, *_BARE, "-write_xing", "0"]
    subprocess.run([*command, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


@pytest.mark.parametrize(("name", "kind", "options"), _KINDS, ids=[row[0] for row in _KINDS])
def test_a_track_of_this_format_is_accepted(
    convert: Convert, decode: Decode, written: Any, name: str, kind: str, options: tuple[str, ...]
) -> None:
    path = convert(_TONE, name, *options, before=_LAVFI)
    if name == "bw64.wav":
        path.write_bytes(b"BW64" + path.read_bytes()[4:])
    assert sniff_audio_file(path) == kind
    assert decode(path).samples == pytest.approx(28800, abs=2400)
    samples: Samples = written()
    assert np.sqrt((samples[6000:20000] ** 2).mean()) == pytest.approx(0.354, rel=0.2)


def _tagged(length: int, bare: bytes) -> bytes:
    """Return an MP3 with a tag of 300 bytes including a title, which claims to have `length`."""
    title = b"TIT2" + struct.pack(">IH", 6, 0) + b"\0Title"
    size = bytes(length >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + title.ljust(300, b"\1") + bare


@pytest.mark.fault("A18")
@pytest.mark.parametrize("length", [300, 40, 3300, 1 << 27])
def test_a_tag_with_any_length_is_followed_by_its_track(
    tmp_path: Path, decode: Decode, bare: bytes, length: int
) -> None:
    path = tmp_path / "song"
    path.write_bytes(bare)
    samples = decode(path).samples
    path.write_bytes(_tagged(length, bare))
    assert decode(path).samples == samples
    if length < path.stat().st_size:
        assert tags.read(path, "mp3").title == "Title"


def test_junk_before_the_first_frame_is_skipped(
    tmp_path: Path, decode: Decode, bare: bytes
) -> None:
    path = tmp_path / "song"
    path.write_bytes(bare)
    samples = decode(path).samples
    for junk in (b"\x20\x55\xaa\x01" * 1000, np.random.default_rng(1).bytes(200_000)):
        path.write_bytes(junk + bare)
        input_format = find_input_format(path)
        assert input_format == ("mp3", len(junk))
        assert decode(path).samples == samples
    path.write_bytes(b"PK\3\4" + bytes(4000) + bare)
    assert find_input_format(path) is None


def test_a_flac_after_a_wrong_tag_is_decoded(convert: Convert, decode: Decode) -> None:
    path = convert(_TONE, "a.flac", before=_LAVFI)
    path.write_bytes(_tagged(40, path.read_bytes()))
    assert decode(path).samples == 28800


@pytest.mark.fault("A26")
def test_an_unsupported_codec_is_named(convert: Convert, decode: Decode) -> None:
    path = convert(_TONE, "a.wav", "-c:a", "dfpwm", before=_LAVFI)
    assert "dfpwm" in _why(decode, path)
    assert "FLAC" in _why(decode, path)
    path = convert(_TONE, "a.mov", "-c:a", "pcm_s16le", before=_LAVFI)
    path.write_bytes(path.read_bytes().replace(b"sowt", b"zzzz"))
    assert "zzzz" in _why(decode, path)


def test_a_truncated_m4a_has_its_reason(convert: Convert, decode: Decode) -> None:
    path = convert(_TONE, "a.m4a", before=_LAVFI)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "truncated" in _why(decode, path)


def test_a_protected_track_has_its_reason(convert: Convert, decode: Decode) -> None:
    path = convert(_TONE, "a.m4a", before=_LAVFI)
    path.write_bytes(path.read_bytes().replace(b"mp4a", b"drms"))
    assert "DRM" in _why(decode, path)


def test_a_video_without_audio_has_its_reason(convert: Convert, decode: Decode) -> None:
    path = convert("color=red:s=32x32:d=0.1", "a.mp4", "-c:v", "mpeg4", before=_LAVFI)
    assert "no audio" in _why(decode, path)


def test_a_flac_of_which_nothing_decodes_is_refused(convert: Convert, decode: Decode) -> None:
    path = convert(_TONE, "a.flac", before=_LAVFI)
    data = path.read_bytes()
    path.write_bytes(data[:8300] + bytes(len(data) - 8300))
    assert "flac" in _why(decode, path)


def test_tags_are_read_with_a_cover_and_from_every_container(convert: Convert) -> None:
    plain = convert(_TONE, "plain.wav", before=_LAVFI)
    picture = convert("color=red:s=32x32:d=0.04", "c.png", "-frames:v", "1", before=_LAVFI)
    cover = ("-i", str(picture), "-map", "0:a", "-map", "1:v", "-c:v", "copy")
    metadata = ("-metadata", "title=a=b;\\#\n", "-metadata", "artist=Ada")
    path = convert(plain, "c.mp3", *cover, *metadata, "-disposition:v", "attached_pic")
    assert tags.read(path, "mp3") == ("a=b;\\#", "Ada")
    for name in ("a.wma", "a.mka", "a.caf"):
        path = convert(plain, name, *metadata)
        assert tags.read(path, str(sniff_audio_file(path))).artist == "Ada"


def test_six_channels_are_as_loud_from_any_codec(
    convert: Convert, decode: Decode, written: Any
) -> None:
    """ITU-R BS.775: centre and surround at -3 dB, all divided by the sum; no LFE."""
    tones = "|".join(
        f"{0.4 if hertz else 0}*sin(2*PI*{hertz}*t)" for hertz in (300, 0, 500, 0, 700, 0)
    )
    source = f"aevalsrc={tones}:d=0.6:s=48000:c=5.1"
    for name, options in (
        ("a.flac", ()),
        ("a.m4a", ("-b:a", "400k")),
        ("a.wav", ("-c:a", "pcm_f32le")),
        ("ac3.mp4", ("-c:a", "ac3", "-b:a", "448k")),
        ("opus.webm", ("-c:a", "libopus")),
    ):
        decode(convert(source, name, *options, before=_LAVFI))
        left = written()[6000:22000, 0]
        loud = np.sqrt((left**2).mean())
        expected = 0.4 / np.sqrt(2) * np.sqrt(1 + 0.5 + 0.5) / (1 + np.sqrt(2))
        assert 20 * np.log10(loud / expected) == pytest.approx(0, abs=0.5), name
