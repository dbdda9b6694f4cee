"""The distance of every pixel from a shape, within a reach, for outlines of any width.

The nearest pixel of the shape is exact, from two passes along the axes (Saito and Toriwaki 1994);
the position of the edge in it follows from its coverage and gradient (Gustavson and Strand 2011,
"Anti-aliased Euclidean distance transform"), so that outlines are as smooth as the letters.
"""

import numpy as np

from server.arrays import BoolArray, Float32Array, Int64Array

_INFINITE = 1e9
_MIN_COVERAGE = 0.02
"""Minimum coverage of a pixel of the shape."""


def signed_distances(coverage: Float32Array, reach: int) -> Float32Array:
    """Return the distance in pixels from each pixel's centre to the edge of the shape.

    Args:
        coverage: rows by columns, 0 to 1.
        reach: distances above this may be any larger number.

    Returns:
        Rows by columns; negative inside, at least -1.
    """
    rows, columns = coverage.shape
    is_shape = coverage > _MIN_COVERAGE
    column = _nearest_in_rows(is_shape)
    column_offset = column - np.arange(columns)
    squared = np.where(
        np.abs(column_offset) <= reach, column_offset.astype(np.float32) ** 2, np.float32(_INFINITE)
    )
    best = squared.copy()
    row = np.broadcast_to(np.arange(rows)[:, np.newaxis], coverage.shape).copy()
    for step in range(1, reach + 1):
        for offset in (step, -step):
            here, there = _shifted_slices(offset)
            candidate = squared[there] + np.float32(step * step)
            better = candidate < best[here]
            best[here][better] = candidate[better]
            row[here][better] = (np.arange(rows)[there, np.newaxis] + 0 * row[here])[better]
    seed_column = np.clip(np.take_along_axis(column, row, axis=0), 0, columns - 1)
    distance = _refine_with_coverage(coverage, row, seed_column)
    return np.where(best >= _INFINITE, np.float32(reach + 2), np.maximum(distance, -1.0))


def _refine_with_coverage(
    coverage: Float32Array, row: Int64Array, column: Int64Array
) -> Float32Array:
    """Return the distance to the edge in the nearest pixel or in one of its neighbours.

    A pixel barely touched by the shape may be the nearest although the edge in another is nearer.
    """
    rows, columns = coverage.shape
    edge_distance = np.where(
        coverage > _MIN_COVERAGE, _distance_to_edge(coverage), np.float32(_INFINITE)
    )
    y, x = np.mgrid[:rows, :columns]
    best = np.full(coverage.shape, _INFINITE, np.float32)
    for down in (-1, 0, 1):
        at_row = np.clip(row + down, 0, rows - 1)
        for right in (-1, 0, 1):
            at_column = np.clip(column + right, 0, columns - 1)
            distance = np.hypot(at_row - y, at_column - x).astype(np.float32)
            best = np.minimum(best, distance + edge_distance[at_row, at_column])
    return best


def _nearest_in_rows(is_shape: BoolArray) -> Int64Array:
    """Return the column of the nearest shape pixel in the same row; far off without any."""
    columns = is_shape.shape[1]
    index = np.arange(columns)
    far = 4 * columns + 100_000
    left = np.maximum.accumulate(np.where(is_shape, index, -far), axis=1)
    right = np.minimum.accumulate(np.where(is_shape, index, far)[:, ::-1], axis=1)[:, ::-1]
    return np.where(index - left <= right - index, left, right)


def _shifted_slices(offset: int) -> tuple[slice, slice]:
    """Return slices of rows, and of those `offset` rows below them."""
    if offset > 0:
        return slice(0, -offset), slice(offset, None)
    return slice(-offset, None), slice(0, offset)


def _distance_to_edge(coverage: Float32Array) -> Float32Array:
    """Return the distance from a pixel's centre to the edge through it; negative inside."""
    padded = np.pad(coverage, 1)
    y = padded[2:, 1:-1] - padded[:-2, 1:-1]
    x = padded[1:-1, 2:] - padded[1:-1, :-2]
    length = np.maximum(np.hypot(x, y), 1e-6)
    large, small = np.maximum(abs(x), abs(y)) / length, np.minimum(abs(x), abs(y)) / length
    corner = 0.5 * small / np.maximum(large, 1e-6)
    area = np.sqrt(np.maximum(2 * large * small * np.minimum(coverage, 1 - coverage), 0))
    far = 0.5 * (large + small) - area
    slanted = np.where(coverage < corner, far, np.where(coverage > 1 - corner, -far, 0))
    straight = (0.5 - coverage) * large
    is_straight = (coverage >= corner) & (coverage <= 1 - corner)
    is_partial = (coverage > 0) & (coverage < 1) & (large > 0)
    edge = np.where(is_straight, straight, slanted)
    result: Float32Array = np.where(is_partial, edge, 0.5 - coverage).astype(np.float32)
    return result
