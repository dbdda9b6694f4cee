"""The rule by which a server does not grow."""

from statistics import median
from typing import NamedTuple

from bench.traffic.footprint import Footprint

_GROWTH = 1.1
_ALLOWANCE = {
    "memory_mb": 5.0,
    "descriptors": 10.0,
    "threads": 1.0,
    "children": 4.0,
    "disk_mb": 20.0,
}
"""By how much each median may be larger, besides the factor. Kept uploads, cuts and previews come
and go."""
_JOB_MB = 0.012
"""Size of the rows of a job, which are kept for 30 days."""
_LOG_MB = 4.3
"""Size at which SQLite writes its log into the table."""


class Sample(NamedTuple):
    """A footprint, and the number of jobs that had been accepted."""

    footprint: Footprint
    jobs: int


def compare(samples: list[Sample]) -> tuple[list[str], list[str]]:
    """Compare the second quarter of samples with the last one, by their medians.

    The first quarter is a warm-up. A value may be a tenth larger, and a little more; the table may
    grow with the jobs.

    Returns:
        A line for each value, and the problems.
    """
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    lines, problems = [], []
    for name, allowance in {**_ALLOWANCE, "database_mb": _LOG_MB}.items():
        before, after = (
            median(sample.footprint.values()[name] for sample in part) for part in (early, late)
        )
        limit = before * _GROWTH + allowance
        if name == "database_mb":
            jobs = late[-1].jobs - early[0].jobs
            limit = before + allowance + _JOB_MB * jobs
        lines.append(f"{name:12} {before:8.2f} {after:8.2f}   at most {limit:.2f}")
        if after > limit:
            problems.append(f"{name} grows from {before:.2f} to {after:.2f}, beyond {limit:.2f}")
    return lines, problems
