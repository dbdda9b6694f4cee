"""Segments of a job, the key of each, and the tasks of the job."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from server import __version__
from server.config import Config
from server.jobs.model.effect_source import resolve_assets
from server.jobs.model.job import Job
from server.jobs.model.spec import Spec
from server.jobs.storage.data_folder import FEATURES_VERSION
from server.protocol import file_names
from server.protocol.scene import EffectInstance, SceneSpec
from server.protocol.tasks import Analyse, DrawFrames, DrawSegment, EncodeAudio, LimitFlashes, Mux

_MIN_FLASHING_FRAMES = 8
"""Minimum number of frames for more than three flashes: seven changes."""


SEGMENT_PREFIX = f"{DrawSegment.name}-"
"""Prefix of the names of segments in the job table."""


@dataclass(frozen=True)
class Segment:
    """Frames [first, last) of a job, in a file named by everything that affects them."""

    index: int
    first: int
    last: int
    key: str
    gains: str | None = None
    """Hash of the gains that dim its frames; None if they are as they are drawn."""

    @property
    def name(self) -> str:
        """Name of its task in the job table."""
        gains = f"-{self.gains[:16]}" if self.gains else ""
        return f"{SEGMENT_PREFIX}{self.index}{gains}"

    @property
    def frames(self) -> int:
        return self.last - self.first

    def dimmed(self, gains: str | None) -> "Segment":
        """Return the same frames, dimmed by other gains."""
        return replace(self, gains=gains)

    def path(self, folder: Path) -> Path:
        gains = f"-{self.gains[:16]}" if self.gains else ""
        return folder / f"{self.index:04d}-{self.key[:32]}{gains}.mp4"

    def cells_path(self, folder: Path) -> Path:
        """Return the file with the cells of its frames."""
        return self.path(folder).with_suffix(".cells")

    def state_path(self, folder: Path) -> Path:
        """Return the file with the persistent targets after the last frame, dimmed or not."""
        return folder / f"{self.index:04d}-{self.key[:32]}.state"

    def files(self, folder: Path, spec: Spec) -> list[Path]:
        """Return the files of its task, without seals."""
        files = [self.path(folder)]
        if limits_flashes(spec):
            files.append(self.cells_path(folder))
        if spec.sequential and self.gains is None:
            files.append(self.state_path(folder))
        return files


def split(job: Job, fingerprint: str) -> list[Segment]:
    """Split a job into its segments, in order.

    The key covers the spec, with its quality, the range, the versions of the server and of its
    features, the machine (renderer, versions of its programs), the
    encoder and its threads: the output of x264 depends on the number of threads, and a GPU renders
    different pixels than software.
    """
    assert job.segment_frames is not None, "chosen when the job begins"
    spec = job.spec
    shared = {
        "version": [__version__, FEATURES_VERSION],
        "spec": json.loads(spec.to_json()),
        "machine": fingerprint,
        "encoder": job.encoder,
        "threads": job.threads,
        "cells": limits_flashes(spec),
    }
    segments = []
    for index, first in enumerate(range(0, spec.frames, job.segment_frames)):
        last = min(first + job.segment_frames, spec.frames)
        text = json.dumps({**shared, "range": [first, last]}, sort_keys=True)
        segments.append(Segment(index, first, last, hashlib.sha256(text.encode()).hexdigest()))
    return segments


def limits_flashes(spec: Spec) -> bool:
    """Return False for a video that may flash, or is too short to flash."""
    return not spec.allow_flashing and spec.frames >= _MIN_FLASHING_FRAMES


@dataclass(frozen=True)
class SceneFiles:
    """The files that a scene is drawn from, and its effects with the paths of theirs."""

    effects: tuple[EffectInstance, ...]
    photo: Path
    photo2: Path | None
    features: Path


def scene_of(job: Job, folder: Path, features: Path, config: Config) -> SceneSpec:
    """Return the scene that the rendering tasks of the job share."""
    files = SceneFiles(
        effects=tuple(resolve_assets(stored, folder) for stored in job.spec.effects),
        photo=folder / file_names.PHOTO,
        photo2=folder / file_names.PHOTO2 if job.spec.photo2 else None,
        features=features,
    )
    return replace(spec_scene(job.spec, files, config), renderer=job.renderer)


def spec_scene(spec: Spec, files: SceneFiles, config: Config) -> SceneSpec:
    """Return the scene of a spec, for any renderer."""
    return SceneSpec(
        effects=files.effects,
        photo=files.photo,
        palette=spec.palette,
        photo2=files.photo2,
        features=files.features,
        size=(spec.width, spec.height),
        fps=spec.fps,
        frames=spec.frames,
        fit=spec.fit,
        title=spec.title,
        artist=spec.artist,
        egl_device=config.egl_device,
        require_gpu=config.require_gpu,
    )


def segment_task(
    job: Job,
    scene: SceneSpec,
    segment: Segment,
    previous: Segment | None,
    folder: Path,
    stall_s: float,
) -> DrawSegment:
    """Return the task of a segment, without the gain map of a dimmed one.

    Args:
        job: one that has begun.
        scene: of the job.
        segment: what is drawn.
        previous: the segment whose state it continues, if any.
        folder: of the job.
        stall_s: seconds without progress after which the worker is killed.
    """
    assert job.encoder is not None, "chosen when the job begins"
    assert job.threads is not None, "chosen when the job begins"
    sequential = job.spec.sequential
    return DrawSegment(
        scene=scene,
        first=segment.first,
        last=segment.last,
        encoder=job.encoder,
        threads=job.threads,
        quality=job.spec.quality,
        out=segment.path(folder),
        state_in=previous.state_path(folder) if sequential and previous else None,
        state_out=segment.state_path(folder) if sequential and segment.gains is None else None,
        cells_out=segment.cells_path(folder) if limits_flashes(job.spec) else None,
        stall_s=stall_s,
    )


def opening_task(job: Job, scene: SceneSpec, folder: Path, gpu: int | None) -> DrawFrames:
    """Return the task that opens a scene in the worker that will draw segments of it.

    Args:
        job: one that has begun.
        scene: of the job; the folder of its features exists, and they may be missing.
        folder: of the job.
        gpu: of the slot, as CUDA counts; None for the only device.
    """
    scene = replace(scene, gpu=gpu)
    return DrawFrames(scene=scene, frames=(), awaits_track=True, folder=folder)


def flashes_task(
    job: Job, segments: list[Segment], gains: Path | None, folder: Path
) -> LimitFlashes:
    """Return the task that counts the flashes of segments, drawn with the gain map `gains`.

    Its file is named by everything that is counted.
    """
    keys = json.dumps([[segment.key, segment.gains] for segment in segments])
    key = hashlib.sha256(keys.encode()).hexdigest()
    return LimitFlashes(
        cells=tuple(segment.cells_path(folder) for segment in segments),
        fps=job.spec.fps,
        gains=gains,
        out=folder / f"{LimitFlashes.name}-{key[:32]}.npz",
    )


def analyse_task(job: Job, folder: Path, features: Path) -> Analyse:
    """Return the task that computes the track features."""
    return Analyse(
        audio=folder / file_names.AUDIO,
        out=features,
        whole=job.spec.needs_track,
        tempo=job.spec.tempo,
    )


def is_analysed(spec: Spec, features: Path) -> bool:
    """Return whether all track features that the spec needs are on disk."""
    return has_features(features, whole=spec.needs_track)


def has_features(folder: Path, *, whole: bool, for_player: bool = False) -> bool:
    """Return whether the features that an Analyse task with these values writes are on disk."""
    task = Analyse(audio=folder, out=folder, whole=whole, for_player=for_player)
    return all(path.exists() for path in task.outputs())


def audio_task(job: Job, folder: Path) -> EncodeAudio:
    """Return the task that encodes the audio."""
    return EncodeAudio(
        audio=folder / file_names.AUDIO,
        frames=job.spec.frames,
        fps=job.spec.fps,
        out=folder / file_names.ENCODED_AUDIO,
    )


def mux_task(job: Job, segments: list[Segment], folder: Path) -> Mux:
    """Return the task that muxes the segments and the audio into the video."""
    assert job.encoder is not None, "chosen when the job begins"
    spec = job.spec
    return Mux(
        segments=tuple(segment.path(folder) for segment in segments),
        audio=folder / file_names.ENCODED_AUDIO,
        out=folder / file_names.VIDEO,
        poster=folder / file_names.POSTER,
        frames=spec.frames,
        fps=spec.fps,
        size=(spec.width, spec.height),
        encoder=job.encoder,
        title=spec.title,
        artist=spec.artist,
        loudest_s=spec.loudest_s,
    )
