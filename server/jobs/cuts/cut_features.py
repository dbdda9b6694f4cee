"""The features of a cut for a client: facts as JSON, and planes of its spectra; both block."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from server.errors import ToqiboxError
from server.jobs.storage.track_cut import TrackCut
from server.protocol import file_names
from server.protocol.codec import from_json
from server.protocol.results.feature_layout import FeatureLayout

CHUNK_STEPS = 120
"""Steps of a chunk: two seconds."""
STEPS_PER_S = 60
LEVELS = "levels"
SPECTRA_FIELDS = ("samples", "mono", "spectrum", "fft", LEVELS)
"""Fields that a client can ask for."""
_VALUE_BYTES = {"<i2": 2, "|u1": 1}


def read_events(cut: TrackCut) -> dict[str, Any]:
    """Return `events` and `sections`; see audio/player_features.py.

    Raises:
        FileNotFoundError: the cut was removed.
    """
    events: dict[str, Any] = json.loads(cut.path(file_names.TRACK_EVENTS).read_bytes())
    return events


def read_layout(cut: TrackCut) -> FeatureLayout:
    """Return the layout of the feature files.

    Raises:
        FileNotFoundError: the cut was removed.
        ValueError: the files do not have this layout.
    """
    content = json.loads(cut.path(file_names.LAYOUT).read_bytes())
    layout = from_json(FeatureLayout, content, file_names.LAYOUT)
    sizes = {
        file_names.SPECTRA: layout.spectra_bytes,
        file_names.LEVELS: layout.levels_bytes,
        file_names.COLUMNS: 4 * layout.count * len(layout.columns),
    }
    for name, size in sizes.items():
        if cut.path(name).stat().st_size != size:
            raise ValueError(f"{name} does not have the layout of {file_names.LAYOUT}")
    return layout


def describe_fields(layout: FeatureLayout) -> dict[str, dict[str, Any]]:
    """Return the type and the number of the values that each of SPECTRA_FIELDS has in a step."""
    levels = {"type": "|u1", "length": layout.levels_size}
    return {
        name: levels
        if name == LEVELS
        else {"type": layout.fields[name].type, "length": layout.fields[name].length}
        for name in SPECTRA_FIELDS
    }


def read_planes(cut: TrackCut, chunk: int, fields: Sequence[str]) -> bytes:
    """Return fields of the steps of a chunk, one field after the other, little-endian.

    Args:
        cut: the cut.
        chunk: its index; the last one may have fewer steps than CHUNK_STEPS.
        fields: of SPECTRA_FIELDS.

    Raises:
        ToqiboxError: not_found: there is no such chunk.
        FileNotFoundError: the cut was removed.
        ValueError: see read_layout.
    """
    layout = read_layout(cut)
    first = chunk * CHUNK_STEPS
    steps = min(CHUNK_STEPS, layout.count - first)
    if steps <= 0:
        raise ToqiboxError("not_found")
    start = layout.start + first * layout.size
    records = _read(cut.path(file_names.SPECTRA), start, steps * layout.size)
    planes = []
    for name in fields:
        if name == LEVELS:
            start = layout.levels_start + first * layout.levels_size
            planes.append(_read(cut.path(file_names.LEVELS), start, steps * layout.levels_size))
            continue
        field = layout.fields[name]
        length = field.length * _VALUE_BYTES[field.type]
        offsets = range(field.offset, len(records), layout.size)
        planes.extend(records[offset : offset + length] for offset in offsets)
    return b"".join(planes)


def _read(path: Path, start: int, length: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, length, start)
    finally:
        os.close(descriptor)
