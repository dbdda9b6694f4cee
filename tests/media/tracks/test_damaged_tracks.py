"""Tracks that end anywhere, have inverted bits, or are of an unusual structure."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media.sniff import find_input_format
from server.protocol.results.media import DecodedAudio
from tests.harness import media
from tests.harness.media_files import Convert, Samples

Decode = Callable[..., DecodedAudio]

_LAVFI = ("-f", "lavfi")
_TONE = "aevalsrc=0.5*sin(2*PI*500*t):d=0.6:s=44100"
_STEREO_TONE = "aevalsrc=0.5*sin(2*PI*500*t)|0.5*sin(2*PI*500*t):d=0.6:s=22050"
_KINDS = ("mp3", "flac", "ogg", "m4a", "wav")
_REFUSALS = {"undecodable_audio", "unsupported_media_type", "duration_too_long"}


@pytest.fixture
def outcome(decode: Decode, tmp_path: Path) -> Callable[[bytes], DecodedAudio | str]:
    """Return a function that decodes a file with this content, or returns the code of its error."""

    def run(content: bytes) -> DecodedAudio | str:
        path = tmp_path / "upload"
        path.write_bytes(content)
        if find_input_format(path) is None:
            return "unsupported_media_type"
        try:
            return decode(path)
        except ToqiboxError as error:
            code = error.code
        assert code in _REFUSALS
        return code

    return run


@pytest.mark.fault("A12")
@pytest.mark.parametrize("number", range(len(_KINDS)), ids=_KINDS)
def test_a_track_that_ends_anywhere_is_used_up_to_there_or_refused(
    convert: Convert, outcome: Callable[[bytes], DecodedAudio | str], number: int
) -> None:
    data = convert(_TONE, f"a.{_KINDS[number]}", before=_LAVFI).read_bytes()
    results = {}
    for sixteenth in range(number + 1, 16, 5):  # another three of fifteen for each format
        results[sixteenth] = outcome(data[: len(data) * sixteenth // 16])
    for result in results.values():
        assert isinstance(result, str) or 0 < result.samples <= 30_000
    sixteenth = max(results)
    assert outcome(data[: len(data) * sixteenth // 16]) == results[sixteenth]


@pytest.mark.fault("A13")
@pytest.mark.parametrize("suffix", _KINDS)
def test_a_track_with_inverted_bits_is_used_or_refused(
    convert: Convert, outcome: Callable[[bytes], DecodedAudio | str], suffix: str
) -> None:
    random = np.random.default_rng(3)
    data = convert(_TONE, f"a.{suffix}", before=_LAVFI).read_bytes()
    for _ in range(2):
        damaged = bytearray(data)
        # One in the headers, and one anywhere.
        for at in (int(random.integers(min(200, len(data)))), int(random.integers(len(data)))):
            damaged[at] ^= 1 << int(random.integers(8))
        outcome(bytes(damaged))


@pytest.mark.fault("A23")
def test_a_file_of_two_kinds_is_a_track_or_refused(
    convert: Convert, outcome: Callable[[bytes], DecodedAudio | str], decode: Decode
) -> None:
    wav = convert(_TONE, "a.wav", before=_LAVFI)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("page.html", "<script>")
    assert outcome(wav.read_bytes() + archive.getvalue()) == decode(wav)
    mp3 = convert(_TONE, "a.mp3", "-id3v2_version", "0", before=_LAVFI).read_bytes()
    assert outcome(media.photo() + mp3) == "unsupported_media_type"


@pytest.mark.fault("A24")
def test_the_parts_of_a_chained_ogg_follow_each_other(
    convert: Convert, decode: Decode, written: Callable[[], Samples], tmp_path: Path
) -> None:
    first = convert(_TONE, "1.ogg", "-c:a", "libvorbis", before=_LAVFI).read_bytes()
    second = convert(_STEREO_TONE, "2.ogg", "-c:a", "libvorbis", before=_LAVFI).read_bytes()
    path = tmp_path / "chained"
    path.write_bytes(first + second)
    samples = decode(path).samples
    assert samples == pytest.approx(2 * 28_800, abs=2400)
    loud = np.abs(written()).max(axis=1) > 0.25
    assert loud[1000:28_000].mean() == pytest.approx(loud[30_000:-1500].mean(), abs=0.05)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body


@pytest.mark.slow
@pytest.mark.fault("A25")
def test_very_many_chunks_and_streams_are_bounded(
    convert: Convert, outcome: Callable[[bytes], DecodedAudio | str]
) -> None:
    wav = convert(_TONE, "a.wav", before=_LAVFI).read_bytes()
    lists = _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", b"x\0")) * 100_000
    at = wav.index(b"data")
    assert outcome(wav[:at] + lists + wav[at:]) == outcome(wav)
    source = convert(_TONE, "b.wav", before=_LAVFI)
    many = convert(source, "many.mka", *(("-map", "0:a") * 40), "-c:a", "flac").read_bytes()
    assert outcome(many) in ("undecodable_audio", outcome(wav))
