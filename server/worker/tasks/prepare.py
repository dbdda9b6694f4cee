"""The prepare task: decodes the uploads into files of known formats."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from server.audio.track_summary import summarise_track
from server.errors import ToqiboxError
from server.files import atomic
from server.media import sniff
from server.media.photos import photo
from server.media.photos.focus import photo_facts, write_picture
from server.media.photos.photo_palette import file_palette
from server.media.tracks import audio_decoder, cover, tags
from server.messages import message
from server.protocol import file_names
from server.protocol.results.media import DecodedAudio, PreparedPhoto, PreparedUploads
from server.protocol.results.upload_facts import TrackFacts
from server.protocol.tasks import Prepare
from server.protocol.wire.progress import ProgressReporter
from server.typography.font_fallback import missing_characters
from server.warnings import WarningData, warning

_MAX_NAMED_CHARACTERS = 12
"""Undrawable characters that a warning names."""
_COVER_ERRORS = ("unsupported_media_type", "undecodable_image", "image_too_large")
"""Errors of a cover after which the next one is tried."""


def run(task: Prepare, progress: ProgressReporter) -> PreparedUploads:
    """Decode the uploads of one task.

    Raises:
        ToqiboxError: an upload cannot be used, or the disk is full.
    """
    kinds: dict[str, str | None] = {}
    kind = None if task.audio is None else audio_kind(task.audio)
    if kind is not None:
        kinds["audio"] = kind
    decoded = task.folder / file_names.PHOTO
    with _decoding_track(task, kind) as decoded_track:
        if task.cover or task.photo is not None:
            progress.stage("photo")
        if task.cover and task.audio is not None and kind is not None:
            photo1: PreparedPhoto | None = _decode_cover(task.audio, kind, task.folder, kinds)
        else:
            photo1 = _decode_photo("photo", task.photo, decoded, kinds)
        if task.photo2 is not None:
            progress.stage("photo2")
        photo2 = _decode_photo("photo2", task.photo2, task.folder / file_names.PHOTO2, kinds)
        palette = file_palette(decoded) if photo1 else None
        if kind is not None:
            progress.stage("audio")
        audio, credits = decoded_track()
        if kind is not None:
            progress.stage("audio")
    if photo1 and task.picture_side:
        write_picture(decoded, task.picture_side, task.folder / file_names.PICTURE)
    return PreparedUploads(
        mime={name: kind for name, kind in kinds.items() if kind is not None},
        photo=photo1,
        photo2=photo2,
        palette=palette,
        audio=audio,
        title=credits.title,
        artist=credits.artist,
        text_warnings=tuple(_font_warnings(task.texts, credits)),
        track_facts=_track_facts(task, audio),
        photo_facts=photo_facts(decoded) if photo1 and task.facts else None,
    )


def audio_kind(upload: Path) -> str:
    """Return the kind of an audio file by its content.

    Raises:
        ToqiboxError: undecodable_audio for an empty file, unsupported_media_type.
    """
    if upload.stat().st_size == 0:
        raise ToqiboxError("undecodable_audio", field="audio", why=message("file_empty"))
    kind = sniff.sniff_audio_file(upload)
    if kind is None:
        raise ToqiboxError(
            "unsupported_media_type", field="audio", name="audio", accepted=sniff.ACCEPTED_AUDIO
        )
    return kind


def _decode_cover(
    audio: Path, kind: str, folder: Path, kinds: dict[str, str | None]
) -> PreparedPhoto:
    """Decode the first usable cover of a track as the upload `photo`.

    Raises:
        ToqiboxError: missing_field, storage_full.
    """
    why, refused = message("no_cover"), None
    for picture in cover.cover_pictures(audio, kind):
        why = message("bad_cover", accepted=sniff.ACCEPTED_PHOTO)
        with atomic.atomic_write(folder / "photo") as file:
            file.write(picture)
        try:
            return _decode_upload("photo", folder / "photo", folder / file_names.PHOTO, kinds)
        except ToqiboxError as error:
            if error.code not in _COVER_ERRORS:
                raise
            refused = str(error)
    raise ToqiboxError("missing_field", field="photo", name="photo", why=why, detail=refused)


def _decode_photo(
    name: str, upload: Path | None, out: Path, kinds: dict[str, str | None]
) -> PreparedPhoto | None:
    return None if upload is None else _decode_upload(name, upload, out, kinds)


def _decode_upload(
    name: str, upload: Path, out: Path, kinds: dict[str, str | None]
) -> PreparedPhoto:
    """Decode one photo and note its kind in `kinds`."""
    kinds[name] = sniff.sniff_image_file(upload)
    return photo.prepare(upload, out, name)


_Track = tuple[DecodedAudio | None, tags.Tags]


@contextmanager
def _decoding_track(task: Prepare, kind: str | None) -> Iterator[Callable[[], _Track]]:
    """Decode the track and read its tags next to the body, each by a program of its own.

    The body gets a function that waits for both. If it fails, decoding is cancelled; reading is
    awaited, which has a limit of its own.
    """
    if task.audio is None or kind is None:
        yield lambda: (None, tags.Tags())
        return
    is_cancelled = Event()
    out = task.folder / file_names.AUDIO
    part = audio_decoder.Part(task.start, task.duration, task.max_duration)
    with ThreadPoolExecutor(2) as pool:
        credits = pool.submit(tags.read, task.audio, kind)
        audio = pool.submit(audio_decoder.decode, task.audio, kind, part, out, is_cancelled.is_set)
        try:
            yield lambda: (audio.result(), credits.result())
        finally:
            is_cancelled.set()


def _track_facts(task: Prepare, audio: DecodedAudio | None) -> TrackFacts | None:
    if audio is None or not task.facts:
        return None
    return summarise_track(task.folder / file_names.AUDIO, audio.samples)


def _font_warnings(texts: Mapping[str, str | None], credits: tags.Tags) -> list[WarningData]:
    """Return a warning for each text with characters that no font can draw."""
    tagged = credits._asdict()
    warnings = []
    for field, text in texts.items():
        missing = missing_characters(text if text is not None else tagged.get(field) or "")
        if missing:
            named = missing[:_MAX_NAMED_CHARACTERS]
            shown = " ".join(f"{char} (U+{ord(char):04X})" for char in named)
            more = " …" if len(missing) > len(named) else ""
            warnings.append(warning("characters_not_drawn", field, characters=shown + more))
    return warnings
