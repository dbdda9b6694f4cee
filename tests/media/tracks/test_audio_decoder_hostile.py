"""Tracks that are scripts, claim wrong properties, or contain no audio."""

import os
import struct
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from server.errors import ToqiboxError
from server.media.tracks import audio_decoder, untrusted_input
from server.protocol.results.media import DecodedAudio

Convert = Callable[..., Path]
MakeWav = Callable[..., Path]
Decode = Callable[..., DecodedAudio]

_LAVFI = ("-f", "lavfi")


def _code(caught: pytest.ExceptionInfo[ToqiboxError]) -> str:
    return caught.value.code


@pytest.mark.fault("A06")
def test_one_hertz_does_not_become_an_hour(decode: Decode, tmp_path: Path) -> None:
    path = tmp_path / "slow"
    form = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 1, 2, 2, 16, b"data", 8000)
    path.write_bytes(b"RIFF" + struct.pack("<I", 8036) + b"WAVE" + form + bytes(8000))
    with pytest.raises(ToqiboxError) as caught:
        decode(path)
    assert _code(caught) in ("duration_too_long", "undecodable_audio")


def _hls(victim: Path) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{victim.as_uri()}\n".encode()


def _concat(victim: Path) -> bytes:
    return f"ffconcat version 1.0\nfile '{victim}'\n".encode()


def _blank(_: Path) -> bytes:
    return b""


def _noise(_: Path) -> bytes:
    return np.random.default_rng(1).bytes(50_000)


@pytest.mark.fault("A14")
@pytest.mark.parametrize("make", [_hls, _concat, _blank, _noise])
@pytest.mark.parametrize("kind", ["mp3", "wav", "mov"])
def test_no_demuxer_follows_a_script(
    make_wav: MakeWav, tmp_path: Path, kind: str, make: Callable[[Path], bytes]
) -> None:
    """Even past the sniffing nothing but the upload itself is opened."""
    victim = make_wav(np.full(9000, 0.5, np.float32), "victim.wav")
    upload = tmp_path / "upload"
    upload.write_bytes(make(victim))
    before = sorted(os.listdir(tmp_path))
    part = audio_decoder.Part(Decimal(0), None, Decimal(240))
    with pytest.raises(ToqiboxError) as caught:
        audio_decoder.decode(upload, kind, part, tmp_path / "out")
    assert _code(caught) == "undecodable_audio"
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.fault("A11")
def test_a_header_without_samples_is_refused(make_wav: MakeWav, decode: Decode) -> None:
    with pytest.raises(ToqiboxError) as caught:
        decode(make_wav(np.zeros(0, np.float32)))
    assert _code(caught) == "undecodable_audio"


@pytest.mark.fault("A09")
@pytest.mark.parametrize(
    ("channels", "rate", "bits", "tag"),
    [
        (0, 44100, 16, 1),
        (65535, 44100, 16, 1),
        (2, 0, 16, 1),
        (2, 0xFFFFFFFF, 16, 1),
        (2, 44100, 0, 1),
        (2, 8000, 4, 2),
        (2, 44100, 16, 0xABCD),
    ],
)
def test_absurd_headers_are_refused(
    decode: Decode, tmp_path: Path, channels: int, rate: int, bits: int, tag: int
) -> None:
    path = tmp_path / "absurd"
    form = struct.pack("<HHIIHH", tag, channels, rate, 0, 4, bits)
    body = b"WAVEfmt \x10\0\0\0" + form + b"data\x10\x27\0\0" + bytes(10_000)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    with pytest.raises(ToqiboxError) as caught:
        decode(path)
    assert _code(caught) in ("undecodable_audio", "duration_too_long")


@pytest.mark.fault("A16")
def test_a_video_named_m4a_gives_its_audio_only(convert: Convert, decode: Decode) -> None:
    options = ("-f", "lavfi", "-i", "sine=d=0.3", "-c:v", "magicyuv", "-f", "mov", "-shortest")
    path = convert("testsrc=s=32x32:d=0.3", "film.m4a", *options, before=_LAVFI)
    assert decode(path).samples >= 14400
    command = ["ffmpeg", "-v", "error", *untrusted_input.arguments(path, "mov")]
    command += ["-map", "0:v", "-f", "null", "-"]
    video = subprocess.run(command, capture_output=True, check=False)
    assert video.returncode != 0
    assert b"magicyuv) not on whitelist" in video.stderr
