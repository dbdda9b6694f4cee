"""The task limit_flashes: counts the flashes of a drawn video, and how far it has to be dimmed.

It needs no OpenGL. The frames that it dims are drawn again, and counted again by the next task of
this kind: one that still finds too many multiplies the gains by others.
"""

from functools import partial
from itertools import pairwise

import numpy as np

from server.files import seal
from server.protocol.results.media import CountedFlashes, FlashInterval
from server.protocol.tasks import LimitFlashes
from server.protocol.wire.progress import ProgressReporter
from server.render.flash_safety.cell_recorder import StoredCells
from server.render.flash_safety.detector import FlashCount, count_flashes
from server.render.flash_safety.flash_signals import MARGIN
from server.render.flash_safety.limiter import limit_flashes
from server.render.output.gain_map import StoredGains

_MAX_REPORTED = 50
"""Most intervals in a result."""


def run(task: LimitFlashes, progress: ProgressReporter) -> CountedFlashes:
    """Count the flashes of a video and write the gain map that limits them.

    Raises:
        ToqiboxError: ``render_failed`` if the cells are those of different videos.
        DamagedFilesError: a file has changed since it was written.
    """
    seal.verify([*task.cells, *([task.gains] if task.gains else [])])
    progress.stage("flashes")
    cell_colors = StoredCells(task.cells)
    count = count_flashes(cell_colors, task.fps, 1.0 if task.gains else MARGIN)
    is_exact = task.gains is not None or count.rate == 0
    exact = count if is_exact else count_flashes(cell_colors, task.fps, 1.0)
    worst = count if count.intervals else exact
    stored = StoredGains.of_video(None)
    if worst.intervals:
        gains = limit_flashes(cell_colors[:], task.fps, partial(progress.stage, "flashes"))
        if gains is not None and task.gains:
            gains *= StoredGains.load(task.gains).to_video(gains.shape)
        stored = StoredGains.of_video(gains)
    stored.save(task.out)
    cuts = np.cumsum([0, *cell_colors.lengths]).tolist()
    return CountedFlashes(
        per_second=exact.rate,
        excessive=_worst_intervals(worst, task.fps),
        dimmed=tuple(stored.digest(first, last) for first, last in pairwise(cuts)),
    )


def _worst_intervals(count: FlashCount, fps: int) -> tuple[FlashInterval, ...]:
    worst = sorted(count.merged_intervals(), key=lambda interval: -interval[2])[:_MAX_REPORTED]
    return tuple(
        FlashInterval(start_s=round(first / fps, 3), end_s=round(last / fps, 3), per_second=rate)
        for first, last, rate in sorted(worst)
    )
