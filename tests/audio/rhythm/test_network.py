"""The arithmetic of the network: independent of block boundaries, and for any length."""

import numpy as np
import pytest

from server.arrays import Float32Array
from server.audio.rhythm import network
from server.audio.rhythm.filterbank import HERTZ

CHANCE = np.random.default_rng(5)


def levels(steps: int) -> Float32Array:
    return CHANCE.uniform(0, 4, (steps, len(HERTZ))).astype(np.float32)


def test_a_track_that_begins_later_has_the_same_events_later() -> None:
    """Blocks of 1000 steps then end elsewhere in the sound; edges affect 1050 steps."""
    audio = levels(3300)
    first = network.activations(audio)
    later = network.activations(np.concatenate([levels(137), audio]))
    assert later[137 + 1100 : -1100] == pytest.approx(first[1100:-1100], abs=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 9, 1000, 1001])
def test_any_length_gives_probabilities(steps: int) -> None:
    activations = network.activations(levels(steps))
    assert activations.shape == (steps, len(network.OUTPUTS))
    assert ((activations >= 0) & (activations <= 1)).all()


def test_silence_has_no_events() -> None:
    quiet = network.activations(np.zeros((500, len(HERTZ)), np.float32))
    assert quiet.max() < 0.2
