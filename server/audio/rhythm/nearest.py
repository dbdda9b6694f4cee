"""The nearest of other events, and how far away it is."""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def distance_to_nearest(times: Reals, others: Reals) -> Reals:
    """Seconds from each time to the nearest of the others, infinite where there is none.

    Args:
        times: seconds.
        others: seconds, in ascending order.
    """
    padded = np.concatenate([[-np.inf], others, [np.inf]])
    after = np.searchsorted(others, times)
    distance: Reals = np.minimum(times - padded[after], padded[after + 1] - times)
    return distance


def nearest(times: Reals, others: Reals) -> Reals:
    """The other time that is nearest to each time.

    Args:
        times: seconds.
        others: seconds, in ascending order, at least one.
    """
    after = np.clip(np.searchsorted(others, times), 1, max(len(others) - 1, 1))
    pair = np.stack([others[after - 1], others[np.minimum(after, len(others) - 1)]])
    closest: Reals = pair[np.abs(pair - times).argmin(axis=0), np.arange(len(times))]
    return closest
