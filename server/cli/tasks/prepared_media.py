"""The sound and the photos that an effect is shown with: those given, else the samples."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import server
from server import sandbox, start
from server.cli.support.command_error import CommandError, error_text
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks.worker_session import WorkerSession
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_errors

SAMPLE_RATE = 48_000
_MAX_AUDIO_S = 3600
_KINDS = ("audio", "photo", "photo2")


@dataclass(frozen=True)
class MediaFiles:
    """Files as a person gives them; None stands for the sample."""

    audio: Path | None = None
    photo: Path | None = None
    photo2: Path | None = None

    def check_exist(self) -> None:
        """Look whether they are there.

        Raises:
            Refused: one of them is not.
        """
        for path in (self.audio, self.photo, self.photo2):
            if path is not None and not path.is_file():
                raise CommandError(f"{path}: file not found", USAGE)


@dataclass(frozen=True)
class PreparedMedia:
    """What tasks draw with: files of our own making."""

    folder: Path
    """For whatever else is made on the way; removed with all in it."""
    audio: Path
    features: Path
    photo: Path
    photo2: Path | None
    seconds: float
    """Length of the sound."""


@contextlib.contextmanager
def prepare_media(
    session: WorkerSession,
    uploads: MediaFiles,
    *,
    with_photo2: bool,
    with_photo: bool = True,
    tempo: float | None = None,
) -> Iterator[PreparedMedia]:
    """The material as long as it is needed; what was made for it is removed afterwards.

    Args:
        hand: does what is to be done for it.
        uploads: the person's own files.
        second: whether the second photo is asked for, so that a sample stands in for it.
        photo: the same of the first.
        tempo: beats a minute that the beats of a track that is given are to have.

    Raises:
        Refused: a file cannot be read, or a sample could not be made.
    """
    uploads.check_exist()
    with tempfile.TemporaryDirectory(prefix="toqibox-") as name:
        folder = Path(name)
        files = {kind: path for kind, path in vars(uploads).items() if path is not None}
        if files:
            _prepare(session, files, folder, tempo)
        needed = {"audio", *(["photo"] if with_photo else []), *(["photo2"] if with_photo2 else [])}
        samples = sample_folder(session, folder) if needed - files.keys() else folder
        folders = {kind: folder if kind in files else samples for kind in _KINDS}
        yield PreparedMedia(
            folder=folder,
            audio=folders["audio"] / "sound.wav",
            features=folders["audio"] / "features",
            photo=folders["photo"] / "photo.rgba",
            photo2=folders["photo2"] / "photo2.rgba" if with_photo2 or "photo2" in files else None,
            seconds=float((folders["audio"] / "seconds").read_text()),
        )


def sample_folder(session: WorkerSession, temp_folder: Path) -> Path:
    """The folder of the samples, raw (``track.wav photo.png photo2.png``) and prepared.

    They take seconds to make, so they are made once and kept in the person's cache folder, or in
    `spare` where that cannot be written. Their folder's name stands for the code that made them.

    Raises:
        Refused: they could not be made.
    """
    folder = _cache_folder() / f"samples-{_code_digest()}"
    if folder.is_dir():
        return folder
    print_errors("composing a sample track and painting sample photos, once …")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(prefix="samples-part-", dir=folder.parent))
    except OSError:
        return _make_samples(session, temp_folder / "samples")
    try:
        _make_samples(session, temp)
        for outdated in folder.parent.glob("samples-*"):
            if outdated != temp:
                shutil.rmtree(outdated, ignore_errors=True)
        with contextlib.suppress(OSError):  # another command was faster
            temp.rename(folder)
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    return folder


def _make_samples(session: WorkerSession, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    asyncio.run(_make_raw_samples(folder))
    names = {"audio": "track.wav", "photo": "photo.png", "photo2": "photo2.png"}
    _prepare(session, {kind: folder / name for kind, name in names.items()}, folder)
    return folder


async def _make_raw_samples(folder: Path) -> None:
    """Make the raw samples in a child: what that takes is too heavy to load here."""
    command = sandbox.command(start.command("server.samples", str(folder)))
    process = await asyncio.create_subprocess_exec(
        *command, cwd="/", env=sandbox.environment(), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        if await process.wait() != 0:
            raise CommandError("the sample track and photos could not be made", FAILED)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _prepare(
    session: WorkerSession, files: dict[str, Path], folder: Path, tempo: float | None = None
) -> None:
    """Turn a person's files into what tasks read, and note how long the sound is."""
    task = {
        "task": "prepare",
        **{kind: str(files[kind].absolute()) if kind in files else None for kind in _KINDS},
        "folder": str(folder),
        "start": "0",
        "duration": None,
        "max_duration": str(_MAX_AUDIO_S),
    }
    try:
        result = session.run(task)
        if "audio" in files:
            audio, features = folder / "sound.wav", folder / "features"
            analyse_task = {"task": "analyse", "sound": str(audio), "out": str(features)}
            session.run({**analyse_task, "tempo": tempo})
            (folder / "seconds").write_text(str(result["samples"] / SAMPLE_RATE))
    except TaskError as error:
        field = error.event.get("field")
        name = f"{files[field]}: " if field in files else ""
        raise CommandError(name + error_text(error), FAILED) from None


def _cache_folder() -> Path:
    """The person's cache folder, by the XDG Base Directory specification."""
    base = os.environ.get("XDG_CACHE_HOME") or Path(
        os.environ.get("HOME", "/nonexistent"), ".cache"
    )
    return Path(base) / "toqibox"


def _code_digest() -> str:
    """What stands for the code that samples are made by."""
    digest = hashlib.sha256()
    for path in _code_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code_files() -> Iterator[Path]:
    home = Path(server.__file__).parent
    for room in ("samples", "media", "audio"):
        yield from sorted((home / room).rglob("*.py"))
