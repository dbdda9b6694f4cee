"""Samples of a track that are read a part at a time."""

import numpy as np
import pytest

from server.audio.rhythm.mono_mix import correct_channels
from server.audio.spectrum.analyser_node import HOP
from server.audio.spectrum.spectrogram import RECORD
from server.audio.spectrum.track_samples import RecordedSamples

STEPS = 70


def _records(offset: int = 0, right: int = 1) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Return records of a slow wave; the right channel is the left one times `right`."""
    wave = np.rint(9000 * np.sin(np.arange(STEPS * HOP) / 200)).astype(np.int16)
    records = np.zeros(STEPS, RECORD)
    records["samples"] = (np.stack([wave, right * wave], axis=1) + offset).reshape(STEPS, HOP, 2)
    return records


@pytest.mark.parametrize(
    ("first", "last"), [(0, 1), (1, HOP), (700, 800), (HOP, 2 * HOP), (5, 40_000), (51_000, 99_999)]
)
def test_a_part_is_that_of_the_whole(first: int, last: int) -> None:
    records = _records()
    whole = records["samples"].reshape(-1, 2)
    samples = RecordedSamples(records)
    assert len(samples) == len(whole)
    assert np.array_equal(samples[first:last], whole[first:last])
    assert np.array_equal(samples[first:], whole[first:])
    assert len(samples[last:first]) == len(samples[len(whole) : last]) == 0


def test_a_track_with_nothing_wrong_stays_as_it_is() -> None:
    samples = RecordedSamples(_records(offset=100))
    assert correct_channels(samples) is samples


@pytest.mark.parametrize(("offset", "right"), [(3000, 1), (0, -1), (3000, -1)])
def test_a_track_is_corrected_as_it_is_read(
    offset: int, right: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.audio.rhythm.mono_mix._BLOCK", 101 * 4 * 21)
    samples = RecordedSamples(_records(offset, right))
    corrected, plain = correct_channels(samples), RecordedSamples(_records())
    assert len(corrected) == len(samples)
    for first, last in ((0, 1), (700, 9000), (0, STEPS * HOP)):
        error = corrected[first:last].astype(int) - plain[first:last]
        assert np.abs(error).max() <= 100  # the offset is the median of some samples
        assert np.array_equal(corrected[first:last], corrected[:][first:last])
