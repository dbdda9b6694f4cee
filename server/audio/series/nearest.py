"""The nearest of other events, and the distance to it."""

import numpy as np

from server.arrays import Float64Array


def distance_to_nearest(times: Float64Array, others: Float64Array) -> Float64Array:
    """Return the seconds from each time to the nearest of the others; infinite without others.

    Args:
        times: seconds.
        others: seconds, in ascending order.
    """
    padded = np.concatenate([[-np.inf], others, [np.inf]])
    after = np.searchsorted(others, times)
    distance: Float64Array = np.minimum(times - padded[after], padded[after + 1] - times)
    return distance


def nearest(times: Float64Array, others: Float64Array) -> Float64Array:
    """Return the other time that is nearest to each time.

    Args:
        times: seconds.
        others: seconds, in ascending order, at least one.
    """
    after = np.clip(np.searchsorted(others, times), 1, max(len(others) - 1, 1))
    pair = np.stack([others[after - 1], others[np.minimum(after, len(others) - 1)]])
    closest: Float64Array = pair[np.abs(pair - times).argmin(axis=0), np.arange(len(times))]
    return closest
