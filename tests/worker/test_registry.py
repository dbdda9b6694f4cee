"""The tasks in the order of the server: from two uploads to a video."""

from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from server.errors import ToqiboxError, localize
from server.media.photos.photo_palette import file_palette
from server.protocol.results.media import PreparedPhoto
from server.protocol.scene import SceneSpec
from server.protocol.task import ResultT, Task
from server.protocol.tasks import KINDS, Analyse, DrawSegment, EncodeAudio, Mux, Prepare
from server.protocol.wire.events import Event, StageEntered
from server.protocol.wire.progress import ProgressReporter
from server.worker.registry import load, run_task
from tests.harness import media
from tests.harness.rendering import effect_of
from tests.render.drawing import TRAIL


def do(task: Task[ResultT], stages: list[str] | None = None) -> ResultT:
    def send(event: Event) -> None:
        if isinstance(event, StageEntered) and stages is not None:
            stages.append(event.stage)

    return run_task(task, ProgressReporter(send))


def _prepare(folder: Path, **more: Any) -> Prepare:
    uploads = {"audio": folder / "audio", "photo": folder / "photo"}
    times = {"start": Decimal("0.25"), "max_duration": Decimal(10)}
    return Prepare(**{"folder": folder, **times, **uploads, **more})


def _size(photo: PreparedPhoto | None) -> tuple[int, int] | None:
    return None if photo is None else (photo.width, photo.height)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    (tmp_path / "audio").write_bytes(media.wav(2.25))
    (tmp_path / "photo").write_bytes(media.photo(96, 64))
    return tmp_path


def test_from_uploads_to_video(uploads: Path) -> None:
    stages: list[str] = []
    prepared = do(_prepare(uploads), stages)
    assert list(dict.fromkeys(stages)) == ["photo", "audio"]
    assert prepared.audio is not None
    assert prepared.audio.samples == 96_000
    assert _size(prepared.photo) == (96, 64)
    assert prepared.mime == {"audio": "wav", "photo": "jpeg"}
    assert prepared.palette == file_palette(uploads / "photo.rgba")
    features, audio = uploads / "features", uploads / "sound.wav"
    assert do(Analyse(audio=audio, out=features), stages).seconds == 2
    assert list(dict.fromkeys(stages)) == ["photo", "audio", "analyse"]
    del stages[3:]
    scene = SceneSpec(
        effects=(effect_of(TRAIL, params={"beat": 0.5}),), photo=uploads / "photo.rgba",
        features=features, size=(64, 36), fps=10, frames=20, fit="contain",
    )  # fmt: skip
    segments: list[Path] = []
    for first, last in ((0, 12), (12, 20)):
        segments.append(uploads / f"{first}.mp4")
        state = [uploads / f"{cut}.state" if cut else None for cut in (first, last)]
        task = DrawSegment(
            scene=scene, first=first, last=last, encoder="x264", threads=1, out=segments[-1],
            state_in=state[0], state_out=state[1],
        )  # fmt: skip
        do(task)
    track = uploads / "sound.m4a"
    do(EncodeAudio(audio=audio, frames=20, fps=10, out=track), stages)
    assert stages[3] == "encode"
    video, poster = uploads / "video.mp4", uploads / "poster.jpg"
    joined = do(
        Mux(
            segments=tuple(segments), audio=track, out=video, poster=poster, frames=20, fps=10,
            size=(64, 36), encoder="x264", title="T", artist=None,
            loudest_s=prepared.audio.loudest_s,
        ),
        stages,
    )  # fmt: skip
    assert [stage for stage in stages if stage in ("muxed", "checked", "poster")] == stages[-3:]
    assert joined.bytes == video.stat().st_size
    assert joined.check.frames == 20
    assert joined.check.video_s == 2
    assert joined.check.uniform
    assert poster.read_bytes()[:2] == b"\xff\xd8"
    assert len(media.frame_hashes(video)) == 20


@pytest.mark.fault("A26", "B16")
@pytest.mark.parametrize("name", ["audio", "photo"])
def test_an_upload_of_another_kind_is_refused(uploads: Path, name: str) -> None:
    (uploads / name).write_bytes(b"#EXTM3U\n/etc/passwd\n")
    with pytest.raises(ToqiboxError) as caught:
        do(_prepare(uploads))
    assert (caught.value.code, caught.value.field) == ("unsupported_media_type", name)
    accepted = {"audio": "FLAC", "photo": "WebP"}[name]
    assert accepted in str(caught.value.values["accepted"])


def test_the_photo_is_the_first_to_be_refused_though_both_are_decoded_at_once(
    uploads: Path,
) -> None:
    (uploads / "audio").write_bytes(media.wav(2.25)[:44])
    with pytest.raises(ToqiboxError) as caught:
        do(_prepare(uploads))
    assert caught.value.field == "audio"
    (uploads / "photo").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ToqiboxError) as caught:
        do(_prepare(uploads))
    assert (caught.value.code, caught.value.field) == ("undecodable_image", "photo")
    assert not list(uploads.glob("sound*"))


def test_any_part_may_be_missing(uploads: Path) -> None:
    second = uploads / "photo"
    stages: list[str] = []
    prepared = do(_prepare(uploads, audio=None, photo=None, photo2=second), stages)
    assert stages == ["photo2"]
    assert prepared.palette is None
    assert (prepared.audio, prepared.photo) == (None, None)
    assert _size(prepared.photo2) == (96, 64)
    assert prepared.mime == {"photo2": "jpeg"}
    assert (uploads / "photo2.rgba").stat().st_size == 16 + 96 * 64 * 4
    both = do(_prepare(uploads, photo2=second))
    assert both.photo2 == both.photo == prepared.photo2
    assert both.audio is not None
    assert both.audio.samples == 96_000
    assert [made.title for made in (prepared, both)] == [None, None]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"#EXTM3U\n", "unsupported_media_type"), (b"\x89PNG\r\n\x1a\n", "undecodable_image")],
)
def test_the_second_photo_is_named_in_errors(uploads: Path, data: bytes, code: str) -> None:
    (uploads / "second").write_bytes(data)
    with pytest.raises(ToqiboxError) as caught:
        do(_prepare(uploads, audio=None, photo=None, photo2=uploads / "second"))
    assert (caught.value.code, caught.value.field) == (code, "photo2")


def test_a_duration_is_cut_out(uploads: Path) -> None:
    audio = do(_prepare(uploads, start=Decimal("0.5"), duration=Decimal("0.75"))).audio
    assert audio is not None
    assert audio.samples == 36_000


def _tagged(audio: Path, *pictures: bytes) -> None:
    """Put an ID3 tag with pictures of a wrong declared type before a track."""
    frames = b""
    for picture in pictures:
        body = b"\0image/png\0\3\0" + picture
        frames += b"APIC" + len(body).to_bytes(4, "big") + b"\0\0" + body
    size = bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0))
    audio.write_bytes(b"ID3\3\0\0" + size + frames + audio.read_bytes())


def test_the_first_usable_cover_is_the_photo(uploads: Path) -> None:
    cut = media.photo(96, 64)[:200]
    _tagged(uploads / "audio", b"junk", cut, media.photo(48, 32))
    prepared = do(_prepare(uploads, photo=None, cover=True))
    assert _size(prepared.photo) == (48, 32)
    assert prepared.mime["photo"] == "jpeg"


@pytest.mark.fault("A17")
@pytest.mark.parametrize(
    ("pictures", "english", "russian"),
    [
        ((b"junk",), "the track's cover cannot be used", "обложка трека не может"),
        ((), "the track has no cover", "у трека нет обложки"),
    ],
)
def test_a_cover_that_is_unusable_is_named(
    uploads: Path, pictures: tuple[bytes, ...], english: str, russian: str
) -> None:
    _tagged(uploads / "audio", *pictures)
    with pytest.raises(ToqiboxError) as caught:
        do(_prepare(uploads, photo=None, cover=True))
    assert (caught.value.code, caught.value.field) == ("missing_field", "photo")
    assert english in localize("missing_field", "en", caught.value.values)
    assert russian in localize("missing_field", "ru", caught.value.values)


def test_every_task_has_a_module_of_its_name() -> None:
    folder = Path(run_task.__code__.co_filename).parent / "tasks"
    assert {path.stem for path in folder.rglob("*.py")} == {"__init__"} | {k.name for k in KINDS}
    for kind in KINDS:
        assert next(iter(get_type_hints(load(kind).run).values())) is kind
