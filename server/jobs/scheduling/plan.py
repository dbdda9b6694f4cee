"""How a job is cut: segments, the key that each is kept under, and the tasks' lines."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from server import __version__
from server.jobs.model.effect_source import resolve_assets
from server.jobs.model.job import Job
from server.jobs.storage.data_folder import LEVELS, SEAL_SUFFIX, SPECTRA, TRACK

_MIN_FLASHING_FRAMES = 8
"""The fewest that can hold more than three flashes: seven changes."""


@dataclass(frozen=True)
class Segment:
    """Frames [first, last) of a job, kept in a file named by everything that shapes them."""

    index: int
    first: int
    last: int
    key: str

    @property
    def name(self) -> str:
        """The task's name in the job table."""
        return f"segment-{self.index}"

    @property
    def frames(self) -> int:
        return self.last - self.first

    def path(self, folder: Path) -> Path:
        return folder / f"{self.index:04d}-{self.key[:32]}.mp4"

    def state_path(self, folder: Path) -> Path:
        """Persistent targets as they are after the last frame."""
        return folder / f"{self.index:04d}-{self.key[:32]}.state"


def split(job: Job, segment_s: Decimal, fingerprint: str) -> list[Segment]:
    """The segments of a job: equal lengths of at most `segment_s`, in order.

    The key takes in the spec, the range, the machine (renderer, versions), the encoder and its
    threads: x264 decodes to other pixels with another number of threads, and a GPU draws other
    ones than software.
    """
    spec = job.spec
    length = max(1, int(segment_s * spec.fps))
    shared = {
        "version": __version__,
        "spec": json.loads(spec.to_json()),
        "machine": fingerprint,
        "encoder": job.encoder,
        "threads": job.threads,
    }
    segments = []
    for index, first in enumerate(range(0, spec.frames, length)):
        last = min(first + length, spec.frames)
        text = json.dumps({**shared, "range": [first, last]}, sort_keys=True)
        segments.append(Segment(index, first, last, hashlib.sha256(text.encode()).hexdigest()))
    return segments


def flashes_path(job: Job, folder: Path, fingerprint: str) -> Path | None:
    """Where it is kept how far the job's frames are dimmed so that they do not flash.

    None for a job that may flash, or is too short to.
    """
    if job.spec.allow_flashing or job.spec.frames < _MIN_FLASHING_FRAMES:
        return None
    key = hashlib.sha256(f"{__version__} {fingerprint}".encode()).hexdigest()
    return folder / f"flashes-{key[:32]}.npz"


def flashes_task(job: Job, folder: Path, features: Path, out: Path) -> dict[str, Any]:
    return {"task": "flashes", **_scene_fields(job, folder, features), "out": str(out)}


def _scene_fields(job: Job, folder: Path, features: Path) -> dict[str, Any]:
    """What all tasks that draw the job are told of it."""
    spec = job.spec
    return {
        "effects": [resolve_assets(entry, folder) for entry in spec.effects],
        "photo": str(folder / "photo.rgba"),
        "palette": spec.palette,
        "photo2": str(folder / "photo2.rgba") if spec.photo2 else None,
        "features": str(features),
        "width": spec.width,
        "height": spec.height,
        "fps": spec.fps,
        "frames": spec.frames,
        "renderer": job.renderer,
        "fit": spec.fit,
        "title": spec.title,
        "artist": spec.artist,
    }


def segment_task(
    job: Job,
    segment: Segment,
    previous: Segment | None,
    folder: Path,
    features: Path,
    flashes: Path | None,
) -> dict[str, Any]:
    """The line of a segment task; `before` is the segment whose state it continues, if any."""
    sequential = job.spec.sequential
    return {
        "task": "segment",
        **_scene_fields(job, folder, features),
        "flashes": str(flashes) if flashes else None,
        "first": segment.first,
        "last": segment.last,
        "encoder": job.encoder,
        "threads": job.threads,
        "out": str(segment.path(folder)),
        "state_in": str(previous.state_path(folder)) if sequential and previous else None,
        "state_out": str(segment.state_path(folder)) if sequential else None,
    }


def analyse_task(job: Job, folder: Path, features: Path) -> dict[str, Any]:
    return {
        "task": "analyse",
        "sound": str(folder / "sound.wav"),
        "out": str(features),
        "whole": job.spec.needs_track,
        "tempo": job.spec.tempo,
    }


def is_analysed(job: Job, features: Path) -> bool:
    """Whether all that the job needs of its track's features is there."""
    wanted = [SPECTRA, *([LEVELS, TRACK] if job.spec.needs_track else [])]
    files = [features / f"{name}{end}" for name in wanted for end in ("", SEAL_SUFFIX)]
    return all(path.exists() for path in files)


def audio_task(job: Job, folder: Path) -> dict[str, Any]:
    return {
        "task": "sound",
        "sound": str(folder / "sound.wav"),
        "frames": job.spec.frames,
        "fps": job.spec.fps,
        "out": str(folder / "sound.m4a"),
    }


def join_task(job: Job, segments: list[Segment], folder: Path) -> dict[str, Any]:
    spec = job.spec
    return {
        "task": "join",
        "segments": [str(segment.path(folder)) for segment in segments],
        "sound": str(folder / "sound.m4a"),
        "out": str(folder / "video.mp4"),
        "poster": str(folder / "poster.jpg"),
        "frames": spec.frames,
        "fps": spec.fps,
        "width": spec.width,
        "height": spec.height,
        "title": spec.title,
        "artist": spec.artist,
        "loudest_s": spec.loudest_s,
    }
