"""Loud moments of songs, with effects over photos, as they are passed to an encoder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import BinaryIO

from bench.looks import material
from server.cli.tasks import effect_loader, task_builder
from server.cli.tasks.prepared_media import MediaFiles, PreparedMedia, prepare_media
from server.cli.tasks.worker_session import WorkerSession
from server.config import Config
from server.protocol.scene import SceneSpec
from server.render.session import RenderSession, SessionCache

FPS = material.FPS
_SAMPLE_FIRST_S = 8
"""The music of the sample track has begun by then."""


@dataclass(frozen=True)
class Material:
    """Photos and songs; None stands for the sample."""

    photos: list[Path | None]
    songs: list[Path | None]


@dataclass(frozen=True)
class RawVideo:
    """NV12 frames in a file, without compression."""

    name: str
    file: Path
    size: tuple[int, int]
    frames: int


@dataclass(frozen=True)
class _Moment:
    """Frames of a scene."""

    spec: SceneSpec
    first: int
    count: int


def find_material(photos: Path | None, songs: Path | None, half: int | None = None) -> Material:
    """Find the photos and songs of two folders; without a folder, the samples.

    Args:
        photos: a folder.
        songs: a folder.
        half: 1 or 2 takes every other file, so that what was chosen by one half can be tested by
            the other; None takes all.

    Raises:
        ValueError: a folder has too few files.
    """
    photo_files = material.photos(photos) if photos else [None]
    song_files = material.songs(songs) if songs else [None]
    for folder, files in ((photos, photo_files), (songs, song_files)):
        if len(files) < (1 if folder is None or half is None else 2):
            raise ValueError(f"{folder}: too few files of a known format")
    return Material(_take(photo_files, half), _take(song_files, half))


def _take(files: list[Path] | list[None], half: int | None) -> list[Path | None]:
    return [*files] if half is None or files == [None] else [*files[half - 1 :: 2]]


@dataclass(frozen=True)
class Length:
    """Size and duration of videos."""

    size: tuple[int, int]
    seconds: int


def draw_effects(
    effects: list[str], media: Material, length: Length, folder: Path
) -> Iterator[RawVideo]:
    """Draw each effect over the next photo, at the loudest moment of the next song.

    Each video is removed when the next is drawn.

    Args:
        effects: ids, or paths of files.
        media: photos and songs.
        length: of each video.
        folder: for the frames.

    Raises:
        CommandError: there is no such effect, or a photo or song cannot be read.
    """
    choices = zip(count(), effects, cycle(media.photos), cycle(media.songs))
    with (
        WorkerSession() as session,
        prepare_media(session, MediaFiles(), with_photo2=False) as samples,
    ):
        chooser = _Chooser(session, samples, length)
        for number, effect, photo, song in choices:
            moment = chooser.choose(effect, photo, song)
            name = "/".join(Path(part).stem for part in (effect, photo, song) if part)
            video = RawVideo(name, folder / f"{number}.nv12", length.size, moment.count)
            try:
                _draw(moment, video.file)
                yield video
            finally:
                video.file.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Chooser:
    """Chooses moments, with material that is prepared where it is needed."""

    session: WorkerSession
    samples: PreparedMedia
    length: Length

    def choose(self, effect: str, photo: Path | None, song: Path | None) -> _Moment:
        config, kept = Config(), self.samples.folder / "prepared"
        features, frames = self.samples.features, round(self.samples.seconds * FPS)
        wanted = self.length.seconds * FPS
        first = _SAMPLE_FIRST_S * FPS
        if song is not None:
            prepared = material.song(self.session, song, kept)
            features, frames = prepared.features, prepared.frames
            first = prepared.full - wanted // 2
        length = min(wanted, frames)
        spec = SceneSpec(
            effects=(task_builder.effect_instance(effect_loader.find(effect, config), {}),),
            photo=material.photo(self.session, photo, kept) if photo else self.samples.photo,
            features=features,
            size=self.length.size,
            fps=FPS,
            frames=frames,
            fit="blur",
            egl_device=config.egl_device,
        )
        return _Moment(spec, max(0, min(first, frames - length)), length)


def _draw(moment: _Moment, out: Path) -> None:
    sessions = SessionCache()
    try:
        session: RenderSession = sessions.open(moment.spec)
        session.scene.begin(moment.first)
        with out.open("wb") as file:
            sink = _FileSink(file, session.scene.planes.frame_bytes)
            for frame in range(moment.first, moment.first + moment.count):
                changed = session.scene.draw(frame)
                session.readback.push(sink, changed=changed)
            session.readback.finish(sink)
    finally:
        sessions.close()


class _FileSink:
    """Writes the frames of a readback to a file."""

    def __init__(self, file: BinaryIO, frame_bytes: int) -> None:
        self._file = file
        # Two in turn: the last frame stays valid, since an unchanged one is copied from it.
        self._frames = [memoryview(bytearray(frame_bytes)) for _ in range(2)]
        self._at = 0

    def buffer(self) -> memoryview:
        return self._frames[self._at]

    def submit(self) -> None:
        self._file.write(self._frames[self._at])
        self._at = 1 - self._at
