"""The nearest of other events, and how far away it is."""

import numpy as np

from server.arrays import Float64Array


def distance_to_nearest(times: Float64Array, others: Float64Array) -> Float64Array:
    """Seconds from each time to the nearest of the others, infinite where there is none.

    Args:
        times: seconds.
        others: seconds, in ascending order.
    """
    padded = np.concatenate([[-np.inf], others, [np.inf]])
    after = np.searchsorted(others, times)
    distance: Float64Array = np.minimum(times - padded[after], padded[after + 1] - times)
    return distance


def nearest(times: Float64Array, others: Float64Array) -> Float64Array:
    """The other time that is nearest to each time.

    Args:
        times: seconds.
        others: seconds, in ascending order, at least one.
    """
    after = np.clip(np.searchsorted(others, times), 1, max(len(others) - 1, 1))
    pair = np.stack([others[after - 1], others[np.minimum(after, len(others) - 1)]])
    closest: Float64Array = pair[np.abs(pair - times).argmin(axis=0), np.arange(len(times))]
    return closest
