"""Generated tracks, each with the truth of its events; `bench.rhythm` measures with them.

A kind is a function from a seed to a `Track`; the same seed gives the same track on every machine
with the same numpy.
"""

from collections.abc import Callable

from bench.music import arrangements, clicks, loops
from bench.music.track import Track

KINDS: dict[str, Callable[[int], Track]] = {
    "clicks": clicks.make,
    "loops": loops.make,
    "arrangements": arrangements.make,
}
