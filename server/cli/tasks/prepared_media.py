"""The audio and the photos that an effect is drawn with: those of the user, or the samples."""

import asyncio
import contextlib
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import server
from server.cli.support.command_error import CommandError, error_text
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.support.user_cache import user_cache
from server.cli.tasks.worker_session import WorkerSession
from server.jobs.execution.worker_process import TaskError
from server.jobs.submission.fields import FILE_FIELDS
from server.process import sandbox, start
from server.protocol import file_names
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.tasks import Analyse, Prepare
from server.terminal import print_errors

_MAX_AUDIO_S = 3600
_PART = "samples-part-"
_MAX_MAKING_S = 3600
"""Samples that are older and not complete were abandoned."""
SAMPLE_NAMES = {"audio": "track.wav", "photo": "photo.png", "photo2": "photo2.png"}
"""Names of the sample files; see samples/sample_files.py."""


@dataclass(frozen=True)
class MediaFiles:
    """The files that the user names; None stands for the sample."""

    audio: Path | None = None
    photo: Path | None = None
    photo2: Path | None = None

    def check_exist(self) -> None:
        """Check that the files exist.

        Raises:
            CommandError: one of them does not.
        """
        for path in (self.audio, self.photo, self.photo2):
            if path is not None and not path.is_file():
                raise CommandError(f"{path}: file not found", USAGE)


@dataclass(frozen=True)
class PreparedMedia:
    """The decoded files that tasks read."""

    folder: Path
    """A temporary folder for further files."""
    audio: Path
    features: Path
    photo: Path
    photo2: Path | None
    seconds: float
    """Length of the audio."""


@contextlib.contextmanager
def prepare_media(
    session: WorkerSession,
    uploads: MediaFiles,
    *,
    with_photo2: bool,
    with_photo: bool = True,
    tempo: float | None = None,
) -> Iterator[PreparedMedia]:
    """Decode and analyse the files, and remove the results at the end of the context.

    Args:
        session: runs the tasks.
        uploads: the files of the user.
        with_photo2: use a sample if there is no second photo.
        with_photo: use a sample if there is no photo.
        tempo: tempo in BPM of the user's track; None detects it.

    Raises:
        CommandError: a file cannot be read, or a sample cannot be made.
    """
    uploads.check_exist()
    with tempfile.TemporaryDirectory(prefix="toqibox-") as name:
        folder = Path(name)
        files = {kind: path for kind, path in vars(uploads).items() if path is not None}
        if files:
            _prepare(session, files, folder, tempo)
        needed = {"audio", *(["photo"] if with_photo else []), *(["photo2"] if with_photo2 else [])}
        samples = sample_folder(session, folder) if needed - files.keys() else folder
        folders = {kind: folder if kind in files else samples for kind in FILE_FIELDS}
        yield PreparedMedia(
            folder=folder,
            audio=folders["audio"] / file_names.AUDIO,
            features=folders["audio"] / "features",
            photo=folders["photo"] / file_names.PHOTO,
            photo2=folders["photo2"] / file_names.PHOTO2
            if with_photo2 or "photo2" in files
            else None,
            seconds=float((folders["audio"] / "seconds").read_text()),
        )


def sample_folder(session: WorkerSession, temp_folder: Path) -> Path:
    """Return the folder of the samples, raw (SAMPLE_NAMES) and prepared.

    Making them takes seconds, so they are kept in the user's cache folder, or in `temp_folder` if
    that cannot be written to. The name of their folder contains a digest of the code for them.

    Raises:
        CommandError: they cannot be made.
    """
    folder = user_cache() / f"samples-{_code_digest()}"
    if folder.is_dir():
        return folder
    print_errors("creating a sample track and sample photos, once …")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(prefix=_PART, dir=folder.parent))
    except OSError:
        return _make_samples(session, temp_folder / "samples")
    try:
        _make_samples(session, temp)
        _remove_outdated(folder.parent)
        with contextlib.suppress(OSError):  # another command was faster
            temp.rename(folder)
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    return folder


def _remove_outdated(cache: Path) -> None:
    """Remove samples of other versions, but not those that another command is making."""
    for folder in cache.glob("samples-*"):
        with contextlib.suppress(OSError):
            age_s = time.time() - folder.stat().st_mtime
            if not folder.name.startswith(_PART) or age_s > _MAX_MAKING_S:
                shutil.rmtree(folder, ignore_errors=True)


def _make_samples(session: WorkerSession, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    asyncio.run(_make_raw_samples(folder))
    _prepare(session, {kind: folder / name for kind, name in SAMPLE_NAMES.items()}, folder)
    return folder


async def _make_raw_samples(folder: Path) -> None:
    """Make the raw samples in a child process, since the code needs numpy and Pillow."""
    command = sandbox.command(start.command("server.samples", str(folder)))
    process = await asyncio.create_subprocess_exec(
        *command, cwd="/", env=sandbox.environment(), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        if await process.wait() != 0:
            raise CommandError("the sample track and photos cannot be created", FAILED)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _prepare(
    session: WorkerSession, files: dict[str, Path], folder: Path, tempo: float | None = None
) -> None:
    """Decode and analyse files for the tasks, and store the length of the audio."""
    uploads = {kind: path.absolute() for kind, path in files.items()}
    task = Prepare(
        audio=uploads.get("audio"),
        photo=uploads.get("photo"),
        photo2=uploads.get("photo2"),
        folder=folder,
        max_duration=Decimal(_MAX_AUDIO_S),
    )
    try:
        result = session.run(task)
        if result.audio is not None:
            audio, features = folder / file_names.AUDIO, folder / "features"
            session.run(Analyse(audio=audio, out=features, tempo=tempo))
            (folder / "seconds").write_text(str(result.audio.samples / SAMPLE_RATE))
    except TaskError as error:
        field = error.field
        name = f"{files[field]}: " if field in files else ""
        raise CommandError(name + error_text(error), FAILED) from None


def _code_digest() -> str:
    """Return a digest of the code that the samples depend on."""
    digest = hashlib.sha256()
    for path in _code_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code_files() -> Iterator[Path]:
    home = Path(server.__file__).parent
    for room in ("samples", "media", "audio"):
        yield from sorted((home / room).rglob("*.py"))
