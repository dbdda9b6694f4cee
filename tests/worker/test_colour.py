"""A colour chart as the photo keeps its colours in the video, read as the file's tags say."""

from pathlib import Path

import numpy as np
import pytest

from server.media.photos import photo
from server.protocol.wire.progress import ProgressReporter
from server.render.session import SessionCache
from server.worker.tasks.drawing import draw_segment
from tests.harness.charts import STORED, Chart
from tests.harness.colour_difference import ciede2000, srgb_lab
from tests.harness.rendering import MakeTask
from tests.harness.videos import tagged_frames
from tests.render.drawing import SHOW

SIZE, EDGE = (192, 108), 5
CHART = Chart(*SIZE)

PUBLISHED = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
"""Pairs of L*, a*, b*, and their difference: Sharma, Wu & Dalal 2005, table 1."""


@pytest.mark.parametrize("space", STORED)
def test_a_prepared_photo_has_the_colours_of_the_upload(tmp_path: Path, space: str) -> None:
    prepared = _prepare(CHART, space, tmp_path)
    width, height, pixels = photo.load(prepared)
    shown = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[..., :3]
    away = CHART.away_from_edges(EDGE)
    difference = ciede2000(srgb_lab(shown), srgb_lab(CHART.pixels))[away]
    assert difference.mean() <= 0.5
    assert difference.max() <= 4


def test_a_segment_has_the_colours_of_the_upload(make_task: MakeTask, tmp_path: Path) -> None:
    """Its patches, on average: at this size an encoder mixes single pixels with other patches."""
    prepared = _prepare(CHART, "Display P3", tmp_path)
    task = make_task(SHOW, photo=prepared, size=SIZE, last=2)
    sessions = SessionCache()
    try:
        draw_segment.run(task, ProgressReporter(lambda _: None), sessions)
    finally:
        sessions.close()
    expected = srgb_lab(CHART.patch_means(CHART.pixels, EDGE))
    for frame in tagged_frames(task.out, *SIZE):
        difference = ciede2000(srgb_lab(CHART.patch_means(frame, EDGE)), expected)
        assert difference.mean() <= 1  # 1.8 with the matrix of BT.601, 2.7 in full range
        assert difference.max() <= 3


def _prepare(chart: Chart, space: str, folder: Path) -> Path:
    """Store the chart in a colour space and prepare it as an upload."""
    upload, prepared = folder / "upload", folder / "chart.rgba"
    upload.write_bytes(STORED[space](chart.pixels))
    photo.prepare(upload, prepared)
    return prepared


def test_differences_of_colours_are_the_published_ones() -> None:
    table = np.array([line.split() for line in PUBLISHED.split("\n") if line], np.float64)
    difference = ciede2000(table[:, :3], table[:, 3:6])
    assert np.abs(difference - table[:, 6]).max() <= 0.00005
