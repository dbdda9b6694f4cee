"""The prepare task: decodes the uploads into files of known formats."""

from collections.abc import Mapping
from pathlib import Path

from server.errors import ToqiboxError
from server.files import atomic
from server.media import sniff
from server.media.photos import photo
from server.media.photos.photo_palette import file_palette
from server.media.tracks import audio_decoder, cover, tags
from server.messages import message
from server.protocol import file_names
from server.protocol.progress import ProgressReporter, Result
from server.protocol.tasks import Prepare
from server.typography.font_fallback import missing_characters
from server.warnings import WarningData, warning

_MAX_NAMED_CHARACTERS = 12
"""Undrawable characters that a warning names."""
_COVER_ERRORS = ("unsupported_media_type", "undecodable_image", "image_too_large")
"""Errors of a cover after which the next one is tried."""


def run(task: Prepare, progress: ProgressReporter) -> Result:
    """Decode the uploads of one task.

    Returns:
        `mime` (the kinds of the uploads), `photo` and `photo2` (sizes), `photo_sha256` and
        `photo2_sha256`, `palette` (of `photo`; see media/photos/photo_palette.py), `samples`,
        `sound_sha256` and `loudest_s` of the audio, `title` and `artist` from its tags, and
        `warnings` as of server/warnings.py. All of an upload that is missing is null.

    Raises:
        ToqiboxError: an upload cannot be used, or the disk is full.
    """
    kind = None if task.audio is None else audio_kind(task.audio)
    result: Result = {"mime": {"audio": kind} if kind else {}, "warnings": []}
    if task.cover or task.photo is not None:
        progress.stage("photo")
    if task.cover and task.audio is not None and kind is not None:
        _decode_cover(task.audio, kind, task.folder, result)
    else:
        _decode_photo("photo", task.photo, task.folder / file_names.PHOTO, result)
    if task.photo2 is not None:
        progress.stage("photo2")
    _decode_photo("photo2", task.photo2, task.folder / file_names.PHOTO2, result)
    decoded = task.folder / file_names.PHOTO
    result["palette"] = file_palette(decoded) if result["photo"] else None
    if task.audio is not None and kind is not None:
        progress.stage("sound")
        result |= _decode_audio(task, task.audio, kind)
    else:
        result |= dict.fromkeys(("samples", "sound_sha256", "loudest_s", "title", "artist"))
    result["warnings"] += _font_warnings(task.texts, result)
    return result


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


def _decode_cover(audio: Path, kind: str, folder: Path, result: Result) -> None:
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
            _decode_photo("photo", folder / "photo", folder / file_names.PHOTO, result)
        except ToqiboxError as error:
            if error.code not in _COVER_ERRORS:
                raise
            refused = str(error)
        else:
            return
    raise ToqiboxError("missing_field", field="photo", name="photo", why=why, detail=refused)


def _decode_photo(name: str, upload: Path | None, out: Path, result: Result) -> None:
    """Decode one photo and add its size, hash, kind and warnings to `result`."""
    if upload is None:
        result |= {name: None, f"{name}_sha256": None}
        return
    result["mime"][name] = sniff.sniff_image_file(upload)
    decoded = photo.prepare(upload, out, name)
    result["warnings"] += decoded.warnings
    size = {"width": decoded.width, "height": decoded.height}
    result |= {name: size, f"{name}_sha256": decoded.sha256}


def _decode_audio(task: Prepare, upload: Path, kind: str) -> Result:
    out = task.folder / file_names.AUDIO
    decoded = audio_decoder.decode(upload, kind, task.start, task.duration, task.max_duration, out)
    return {
        "samples": decoded.samples,
        "sound_sha256": decoded.sha256,
        "loudest_s": decoded.loudest_s,
        **tags.read(upload, kind)._asdict(),
    }


def _font_warnings(texts: Mapping[str, str | None], result: Result) -> list[WarningData]:
    """Return a warning for each text with characters that no font can draw."""
    warnings = []
    for field, text in texts.items():
        missing = missing_characters(text if text is not None else result.get(field) or "")
        if missing:
            named = missing[:_MAX_NAMED_CHARACTERS]
            shown = " ".join(f"{char} (U+{ord(char):04X})" for char in named)
            more = " …" if len(missing) > len(named) else ""
            warnings.append(warning("characters_not_drawn", field, characters=shown + more))
    return warnings
