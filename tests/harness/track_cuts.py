"""Cuts of tracks that no worker has made: files of a small layout, with known values."""

import json
from pathlib import Path

from server.jobs.storage.data_folder import FEATURES_VERSION
from server.jobs.storage.track_cut import FILES, TrackCut
from server.protocol import file_names
from server.protocol.codec import to_json
from server.protocol.feature_names import EVENTS
from server.protocol.results.feature_layout import FeatureLayout, FieldLayout

CUT_ID = f"{'c' * 64}-v{FEATURES_VERSION}"
COUNT = 130
"""Steps: one chunk of 120, and one of 10."""
LAYOUT = FeatureLayout(
    count=COUNT,
    start=5,
    size=9,
    fields={
        "samples": FieldLayout(offset=0, type="<i2", length=2),
        "mono": FieldLayout(offset=4, type="|u1", length=1),
        "spectrum": FieldLayout(offset=5, type="|u1", length=1),
        "fft": FieldLayout(offset=6, type="|u1", length=2),
        "flux": FieldLayout(offset=8, type="|u1", length=1),
    },
    levels_start=3,
    bands=1,
    columns=("level", "flux"),
    tempo=(124.0, 0.9),
    one_sided=False,
)


def make_cut(
    folder: Path, cut_id: str = CUT_ID, samples: tuple[int, int] = (0, 48_000)
) -> TrackCut:
    """Write the files of a cut into a new folder; the value of a byte is its step."""
    folder.mkdir(parents=True)
    steps = [bytes([step]) for step in range(COUNT)]
    contents = {
        file_names.LOSSLESS_AUDIO: b"fLaC" + bytes(96),
        file_names.SPECTRA: bytes(LAYOUT.start) + b"".join(step * LAYOUT.size for step in steps),
        file_names.LEVELS: bytes(LAYOUT.levels_start) + b"".join(step * 3 for step in steps),
        file_names.COLUMNS: bytes(4 * COUNT * 2),
        file_names.TRACK_EVENTS: json.dumps(
            {"events": {event: [[0.5, 1.0]] for event in EVENTS}, "sections": [[0.0, 1.0, "plain"]]}
        ).encode(),
        file_names.LAYOUT: json.dumps(to_json(LAYOUT)).encode(),
    }
    assert contents.keys() == set(FILES)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    size = sum(map(len, contents.values()))
    return TrackCut(cut_id, folder, (samples,), samples[1], 0.5, size)
