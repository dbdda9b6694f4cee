"""Distances from shapes with known distances."""

import numpy as np
import pytest

from server.typography.distance_field import signed_distances


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.8])
def test_from_a_straight_edge(share: float) -> None:
    """The edge lies `share` of a pixel into column 5."""
    coverage = np.zeros((9, 20), np.float32)
    coverage[:, :5] = 1
    coverage[:, 5] = share
    distances = signed_distances(coverage, 8)
    expected = np.arange(20) + 0.5 - (5 + share)
    assert distances[4, 6:13] == pytest.approx(expected[6:13], abs=1e-4)
    assert (distances[:, :4] <= -0.5).all()
    assert (distances[:, 16:] > 8).all()


def test_from_a_disc() -> None:
    y, x = np.mgrid[:64, :64] + 0.5
    away = np.hypot(x - 32.3, y - 31.6) - 12.4
    coverage = (0.5 - away).clip(0, 1).astype(np.float32)
    distances = signed_distances(coverage, 10)
    near = (away > 0.5) & (away < 9)
    error = np.abs(distances - away)[near]
    assert error.max() < 0.4
    assert np.percentile(error, 99) < 0.2


def test_an_empty_mask_is_far_everywhere() -> None:
    assert (signed_distances(np.zeros((5, 7), np.float32), 3) > 3).all()
