"""The maximum of the values around each moment."""

import numpy as np

from server.arrays import Float64Array


def moving_max(values: Float64Array, reach: int, outside: float = 0.0) -> Float64Array:
    """Return the maximum of the values within `reach` places on both sides of each.

    The maxima of windows twice as long are those of two windows; the last two overlap.

    Args:
        values: in order.
        reach: at least 0.
        outside: assumed before the first value and after the last.
    """
    size = 2 * reach + 1
    maxima = np.pad(values, reach, constant_values=outside)
    width = 1
    while width < size:
        step = min(width, size - width)
        maxima = np.maximum(maxima[:-step], maxima[step:])
        width += step
    return maxima
