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
from server.cli.support.command_error import Refused, words_of
from server.cli.support.exit_status import FAILED, USAGE
from server.cli.tasks.worker_session import Hand
from server.jobs.execution.worker_process import TaskError
from server.terminal import print_errors

SAMPLE_RATE = 48_000
_LONGEST_S = 3600
_KEYS = ("audio", "photo", "photo2")


@dataclass(frozen=True)
class Uploads:
    """Files as a person gives them; None stands for the sample."""

    audio: Path | None = None
    photo: Path | None = None
    photo2: Path | None = None

    def check(self) -> None:
        """Look whether they are there.

        Raises:
            Refused: one of them is not.
        """
        for path in (self.audio, self.photo, self.photo2):
            if path is not None and not path.is_file():
                raise Refused(f"there is no file {path}", USAGE)


@dataclass(frozen=True)
class Material:
    """What tasks draw with: files of our own making."""

    folder: Path
    """For whatever else is made on the way; removed with all in it."""
    sound: Path
    features: Path
    photo: Path
    photo2: Path | None
    seconds: float
    """Length of the sound."""


@contextlib.contextmanager
def prepared(
    hand: Hand,
    uploads: Uploads,
    *,
    second: bool,
    photo: bool = True,
    tempo: float | None = None,
) -> Iterator[Material]:
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
    uploads.check()
    with tempfile.TemporaryDirectory(prefix="toqibox-") as name:
        folder = Path(name)
        given = {key: path for key, path in vars(uploads).items() if path is not None}
        if given:
            _prepare(hand, given, folder, tempo)
        needed = {"audio", *(["photo"] if photo else []), *(["photo2"] if second else [])}
        stand_in = sample_folder(hand, folder) if needed - given.keys() else folder
        home = {key: folder if key in given else stand_in for key in _KEYS}
        yield Material(
            folder=folder,
            sound=home["audio"] / "sound.wav",
            features=home["audio"] / "features",
            photo=home["photo"] / "photo.rgba",
            photo2=home["photo2"] / "photo2.rgba" if second or "photo2" in given else None,
            seconds=float((home["audio"] / "seconds").read_text()),
        )


def sample_folder(hand: Hand, spare: Path) -> Path:
    """The folder of the samples, raw (``track.wav photo.png photo2.png``) and prepared.

    They take seconds to make, so they are made once and kept in the person's cache folder, or in
    `spare` where that cannot be written. Their folder's name stands for the code that made them.

    Raises:
        Refused: they could not be made.
    """
    folder = _cache() / f"samples-{_code()}"
    if folder.is_dir():
        return folder
    print_errors("composing a sample track and painting sample photos, once …")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="samples-part-", dir=folder.parent))
    except OSError:
        return _make_samples(hand, spare / "samples")
    try:
        _make_samples(hand, part)
        for old in folder.parent.glob("samples-*"):
            if old != part:
                shutil.rmtree(old, ignore_errors=True)
        with contextlib.suppress(OSError):  # another command was faster
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _make_samples(hand: Hand, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    asyncio.run(_compose(folder))
    names = {"audio": "track.wav", "photo": "photo.png", "photo2": "photo2.png"}
    _prepare(hand, {key: folder / name for key, name in names.items()}, folder)
    return folder


async def _compose(folder: Path) -> None:
    """Make the raw samples in a child: what that takes is too heavy to load here."""
    command = sandbox.command(start.command("server.samples", str(folder)))
    child = await asyncio.create_subprocess_exec(
        *command, cwd="/", env=sandbox.environment(), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        if await child.wait() != 0:
            raise Refused("the sample track and photos could not be made", FAILED)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _prepare(hand: Hand, given: dict[str, Path], folder: Path, tempo: float | None = None) -> None:
    """Turn a person's files into what tasks read, and note how long the sound is."""
    task = {
        "task": "prepare",
        **{key: str(given[key].absolute()) if key in given else None for key in _KEYS},
        "folder": str(folder),
        "start": "0",
        "duration": None,
        "max_duration": str(_LONGEST_S),
    }
    try:
        found = hand.do(task)
        if "audio" in given:
            sound, features = folder / "sound.wav", folder / "features"
            line = {"task": "analyse", "sound": str(sound), "out": str(features)}
            hand.do({**line, "tempo": tempo})
            (folder / "seconds").write_text(str(found["samples"] / SAMPLE_RATE))
    except TaskError as error:
        field = error.event.get("field")
        name = f"{given[field]}: " if field in given else ""
        raise Refused(name + words_of(error), FAILED) from None


def _cache() -> Path:
    """The person's cache folder, by the XDG Base Directory specification."""
    base = os.environ.get("XDG_CACHE_HOME") or Path(
        os.environ.get("HOME", "/nonexistent"), ".cache"
    )
    return Path(base) / "toqibox"


def _code() -> str:
    """What stands for the code that samples are made by."""
    digest = hashlib.sha256()
    for path in _modules():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _modules() -> Iterator[Path]:
    home = Path(server.__file__).parent
    for room in ("samples", "media", "audio"):
        yield from sorted((home / room).rglob("*.py"))
