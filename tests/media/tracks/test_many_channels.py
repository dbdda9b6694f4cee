"""Tracks with many channels, or of very few samples."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.errors import ToqiboxError
from server.media.tracks import audio_decoder
from server.protocol.results.media import DecodedAudio

Samples = NDArray[Any]
Decode = Callable[..., DecodedAudio]


def _wav(path: Path, samples: Samples, rate: int = 48000) -> Path:
    """Write 16-bit samples by channels, without a channel mask."""
    channels = samples.shape[1]
    form = struct.pack("<HHIIHH", 1, channels, rate, 2 * rate * channels, 2 * channels, 16)
    data = samples.astype("<i2").tobytes()
    chunks = b"WAVEfmt \x10\0\0\0" + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return path


@pytest.mark.parametrize("channels", [9, 64])
def test_channels_without_places_are_averaged(
    decode: Decode, written: Callable[[], Samples], tmp_path: Path, channels: int
) -> None:
    """Only the last channel sounds: none is left out, and none clips."""
    samples = np.zeros((2400, channels))
    samples[:, -1] = 32767 * np.sin(np.arange(2400) / 10)
    path = _wav(tmp_path / "many", samples)
    assert decode(path).samples == 2400
    expected = samples[:, -1] / 32768 / channels
    assert written() == pytest.approx(np.stack([expected, expected], axis=1), abs=1e-4)
    whole = audio_decoder.decode_whole(path, "wav", 10)
    assert np.abs(whole).max() == pytest.approx(32767 / channels, rel=0.02)


def test_an_excerpt_after_a_seek_is_averaged(
    decode: Decode, written: Callable[[], Samples], tmp_path: Path
) -> None:
    samples = np.zeros((31 * 48000, 9))
    samples[30 * 48000 + 480 :] = 9000
    assert decode(_wav(tmp_path / "many", samples), start="30.5").samples == 24000
    assert written().mean() == pytest.approx(9000 / 32768, abs=1e-4)


@pytest.mark.fault("A09")
@pytest.mark.parametrize("channels", [65, 255])
def test_more_channels_than_are_mixed_are_counted(
    decode: Decode, tmp_path: Path, channels: int
) -> None:
    with pytest.raises(ToqiboxError, match=f"has {channels} channels; at most 64") as caught:
        decode(_wav(tmp_path / "many", np.zeros((480, channels))))
    assert (caught.value.code, caught.value.field) == ("undecodable_audio", "audio")


@pytest.mark.parametrize("count", [0, 1])
def test_audio_of_hardly_a_sample_is_too_short(decode: Decode, tmp_path: Path, count: int) -> None:
    with pytest.raises(ToqiboxError, match="empty or too short"):
        decode(_wav(tmp_path / "short", np.full((count, 1), 9000), 44100))
