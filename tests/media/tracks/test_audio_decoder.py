"""Uploads become 48 kHz stereo samples, counted and cut to the sample."""

import hashlib
import struct
from collections.abc import Callable
from concurrent.futures import CancelledError
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media import wav
from server.media.tracks import audio_decoder
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.results.media import DecodedAudio
from tests.harness import tracks

Samples = np.ndarray[Any, np.dtype[Any]]
Convert = Callable[..., Path]
MakeWav = Callable[..., Path]
Decode = Callable[..., DecodedAudio]

_LAVFI = ("-f", "lavfi")
_LONG = Decimal(240)


def _code(caught: pytest.ExceptionInfo[ToqiboxError]) -> str:
    return caught.value.code


_FORMATS = [
    ("cbr.mp3", 44100, 2, ("-b:a", "128k")),
    ("vbr.mp3", 48000, 2, ("-q:a", "3")),
    ("low.mp3", 8000, 1, ("-b:a", "16k")),
    ("u8.wav", 11025, 1, ("-c:a", "pcm_u8")),
    ("s16.wav", 44100, 2, ()),
    ("s24.wav", 96000, 2, ("-c:a", "pcm_s24le")),
    ("s32.wav", 22050, 1, ("-c:a", "pcm_s32le")),
    ("f32.wav", 48000, 2, ("-c:a", "pcm_f32le")),
    ("f64.wav", 8000, 1, ("-c:a", "pcm_f64le")),
    ("alaw.wav", 8000, 1, ("-c:a", "pcm_alaw")),
    ("a.flac", 96000, 2, ()),
    ("vorbis.ogg", 44100, 2, ("-c:a", "libvorbis")),
    ("opus.ogg", 48000, 1, ("-c:a", "libopus")),
    ("aac.m4a", 44100, 2, ()),
    ("alac.m4a", 48000, 2, ("-c:a", "alac")),
    ("adts.aac", 32000, 1, ()),
    ("a.aiff", 44100, 2, ()),
]


@pytest.mark.parametrize("case", _FORMATS, ids=lambda case: case[0])
def test_every_format_is_decoded_with_its_length_and_loudness(
    convert: Convert,
    decode: Decode,
    written: Callable[[], Samples],
    case: tuple[str, int, int, tuple[str, ...]],
) -> None:
    name, rate, channels, options = case
    tone = f"aevalsrc=0.5*sin(2*PI*500*t):d=0.7:s={rate}"
    path = convert(tone, name, "-ac", str(channels), *options, before=_LAVFI)
    result = decode(path)
    # ADTS keeps no length; ffmpeg's Vorbis encoder ends a little early.
    early, late = 200 if "vorbis" in name else 0, 2048 / rate if name == "adts.aac" else 1 / rate
    assert 0.7 * 48000 - 2 - early <= result.samples <= (0.7 + late) * 48000 + 2
    samples = written()
    assert len(samples) == result.samples
    assert hashlib.sha256(samples.tobytes()).hexdigest() == result.sha256
    middle = samples[12000:24000]
    # Mono made stereo by ffmpeg's own encoder side is 3 dB down; ours must add nothing to that.
    expected = 0.5 / np.sqrt(2) / (np.sqrt(2) if channels == 2 else 1)
    assert np.sqrt((middle**2).mean(axis=0)) == pytest.approx([expected] * 2, rel=0.06)
    assert np.array_equal(samples[:, 0], samples[:, 1]) or channels == 2


def test_the_header_is_valid_for_other_readers(
    convert: Convert, decode: Decode, decode_audio: Callable[..., Samples], tmp_path: Path
) -> None:
    result = decode(convert("sine=d=0.25", "a.flac", before=_LAVFI))
    header = (tmp_path / "sound.wav").read_bytes()[: wav.HEADER_BYTES]
    assert header == wav.header(result.samples)
    assert struct.unpack_from("<HHI", header, 20) == (3, 2, 48000)
    assert len(decode_audio(tmp_path / "sound.wav")) == result.samples == 12000


def test_six_channels_are_mixed_without_clipping(
    convert: Convert, decode: Decode, written: Callable[[], Samples]
) -> None:
    tone = "aevalsrc=" + "|".join(["0.99*sin(2*PI*500*t)"] * 6) + ":c=5.1:d=0.3"
    decode(convert(tone, "a.flac", before=_LAVFI))
    assert 0.8 < np.abs(written()).max() <= 1.0


def test_an_excerpt_is_cut_to_the_sample(
    make_wav: MakeWav, decode: Decode, written: Callable[[], Samples]
) -> None:
    ramp = np.arange(48000, dtype=np.float32) / 48000
    path = make_wav(ramp, "ramp.wav")
    result = decode(path, start="0.25", duration="0.5")
    assert result.samples == 24000
    assert np.array_equal(written()[:, 0], ramp[12000:36000])
    decode(path, start="0.0000209", duration="0.0000209")
    assert written()[:, 1] == pytest.approx([ramp[1]])


def test_an_excerpt_of_mp3_equals_that_part_of_the_whole(
    convert: Convert, decode: Decode, written: Callable[[], Samples]
) -> None:
    path = convert("anoisesrc=d=2:seed=3", "a.mp3", "-b:a", "64k", before=_LAVFI)
    decode(path)
    whole = written().copy()
    decode(path, start="1.2345", duration="0.5")
    first = round(1.2345 * 48000)
    assert np.array_equal(written(), whole[first : first + 24000])


def test_an_excerpt_ends_with_the_track(make_wav: MakeWav, decode: Decode) -> None:
    path = make_wav(np.zeros(4800, np.float32))
    assert decode(path, duration="9").samples == 4800
    assert decode(path, start="0.05", duration="9").samples == 2400


def test_the_shortest_excerpt_is_a_sample(make_wav: MakeWav, decode: Decode) -> None:
    path = make_wav(np.zeros(4800, np.float32))
    assert decode(path, start="0.05", duration="0.00000001").samples == 1


@pytest.mark.parametrize("start", ["0.1", "7"])
def test_a_start_past_the_end_is_refused(make_wav: MakeWav, decode: Decode, start: str) -> None:
    path = make_wav(np.zeros(4800, np.float32))
    with pytest.raises(ToqiboxError) as caught:
        decode(path, start=start)
    assert _code(caught) == "invalid_parameter"
    assert str(caught.value.values["reason"]) == "the track ends at 0.1 seconds"


@pytest.mark.fault("A05")
def test_the_limit_is_exact(make_wav: MakeWav, decode: Decode) -> None:
    path = make_wav(np.zeros(4801, np.float32))
    assert decode(path, start="0.00003", longest="0.1").samples == 4800
    with pytest.raises(ToqiboxError) as caught:
        decode(path, longest="0.1")
    assert _code(caught) == "duration_too_long"
    with pytest.raises(ToqiboxError) as caught:
        decode(path, duration="0.11", longest="0.1")
    assert _code(caught) == "duration_too_long"
    assert caught.value.values == {"limit": Decimal("0.1")}
    assert decode(path, duration="0.1", longest="0.1").samples == 4800


@pytest.mark.fault("A10")
def test_samples_are_finite_and_clipped(
    make_wav: MakeWav, decode: Decode, written: Callable[[], Samples]
) -> None:
    wild = np.array([0.5, np.nan, np.inf, -np.inf, 3e38, -9, 1.5], np.float32)
    decode(make_wav(np.tile(wild, 100), "wild.wav"))
    expected = np.array([0.5, 0, 0, 0, 4, -4, 1.5], np.float32)
    assert np.array_equal(written()[:7, 0], expected)


def test_the_loudest_moment_is_measured(make_wav: MakeWav, decode: Decode) -> None:
    samples = np.full(48000 * 3, 0.1, np.float32)
    samples[60000:84000] = 0.6
    path = make_wav(samples)
    assert decode(path).loudest_s == pytest.approx(1.5, abs=0.05)
    assert decode(path, start="1").loudest_s == pytest.approx(0.5, abs=0.05)
    assert decode(path, start="2.9").loudest_s == pytest.approx(0.05, abs=0.01)


@pytest.mark.fault("A17")
def test_a_cover_picture_is_ignored(convert: Convert, decode: Decode, tmp_path: Path) -> None:
    plain = convert("sine=d=0.3", "plain.mp3", "-b:a", "64k", before=_LAVFI)
    picture = convert("color=red:s=32x32:d=0.04", "c.png", "-frames:v", "1", before=_LAVFI)
    for name in ("cover.mp3", "cover.m4a"):
        options = ("-i", str(picture), "-map", "0:a", "-map", "1:v", "-c:v", "copy")
        path = convert(plain, name, *options, "-disposition:v", "attached_pic")
        assert decode(path).samples >= 14400


@pytest.mark.fault("A07", "A08")
def test_a_header_with_a_wrong_length(make_wav: MakeWav, decode: Decode) -> None:
    path = make_wav(np.full(4800, 0.1, np.float32))
    data = bytearray(path.read_bytes())
    for claimed in (0xFFFFFFFF, 0x7FFFFFFF, 80_000):
        struct.pack_into("<I", data, 54, claimed)
        path.write_bytes(data)
        assert decode(path).samples == 4800


def test_an_m4a_ends_at_its_stated_end_if_that_is_right(convert: Convert, decode: Decode) -> None:
    path = convert("sine=d=0.5:r=48000", "a.m4a", before=_LAVFI)
    assert decode(path, longest="0.5").samples == 24000
    data = path.read_bytes()
    at = data.index(b"elst") + 12
    path.write_bytes(data[:at] + struct.pack(">I", 100) + data[at + 4 :])
    assert decode(path).samples == 4800
    unedited = data.replace(b"edts", b"free")
    at = unedited.index(b"mdhd") + 20
    path.write_bytes(unedited[:at] + struct.pack(">I", 100) + unedited[at + 4 :])
    assert decode(path).samples >= 24000
    path.write_bytes(data[: data.index(b"elst")] + b"\xff" * 30 + data[data.index(b"elst") + 30 :])
    with pytest.raises(ToqiboxError) as caught:
        decode(path)
    assert _code(caught) == "undecodable_audio"


def test_a_truncated_track_is_decoded_up_to_its_end(convert: Convert, decode: Decode) -> None:
    for name, options in (("a.mp3", ()), ("a.flac", ()), ("a.ogg", ("-page_duration", "100000"))):
        path = convert("anoisesrc=d=1", name, *options, before=_LAVFI)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        first, second = decode(path), decode(path)
        assert first == second
        assert 10_000 < first.samples < 48_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "options", "rate"),
    [("flac", "-c:a flac", 44_100), ("wav", "-c:a pcm_s16le", 22_050), ("aiff", "", 11_025)],
)
def test_an_excerpt_after_a_seek_equals_that_part_of_the_whole(
    tmp_path: Path, suffix: str, options: str, rate: int
) -> None:
    kind = tracks.Format(suffix, options)
    track = tracks.store(tracks.noise(50, rate, 2), rate, kind, tmp_path / f"t.{suffix}")

    def samples(start: str, seconds: str) -> bytes:
        out = tmp_path / "out.wav"
        part = audio_decoder.Part(Decimal(start), Decimal(seconds), Decimal(60))
        audio_decoder.decode(track, suffix, part, out)
        return out.read_bytes()[len(wav.header(0)) :]

    whole = samples("0", "50")
    first = round(41.337 * SAMPLE_RATE) * wav.FRAME_BYTES
    assert samples("41.337", "2") == whole[first : first + 2 * SAMPLE_RATE * wav.FRAME_BYTES]
    assert samples("48", "10") == whole[48 * SAMPLE_RATE * wav.FRAME_BYTES :]
    for start in ("50", "50.5", "4000"):
        with pytest.raises(ToqiboxError) as caught:
            samples(start, "1")
        assert str(caught.value.values["reason"]) == "the track ends at 50 seconds"


def test_a_cancelled_decoding_ends_and_leaves_nothing(make_wav: MakeWav, tmp_path: Path) -> None:
    track = make_wav(np.full(3_000_000, 0.25, np.float32), "track.wav")
    answers = iter([False, True])
    part = audio_decoder.Part(Decimal(0), None, Decimal(240))
    with pytest.raises(CancelledError):
        audio_decoder.decode(track, "wav", part, tmp_path / "out.wav", lambda: next(answers))
    assert next(answers, None) is None, "it was asked twice"
    assert [path.name for path in tmp_path.iterdir()] == ["track.wav"]
