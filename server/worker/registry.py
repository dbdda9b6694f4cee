"""The tasks a worker can do, by name. What is heavy is imported by the task that needs it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from pathlib import Path

from server.errors import ToqiboxError
from server.messages import message
from server.protocol.events import ProgressReporter, Result, Task
from server.warnings import WarningData, warning

_MAX_NAMED_CHARS = 12
"""Characters that no font has and that a warning names."""
_COVER_ERRORS = ("unsupported_media_type", "undecodable_image", "image_too_large")
"""Errors of a cover after which the next one is tried."""
MAX_TRACK_S = 1200
"""Of a track that is analysed as a whole to find a part of it."""


def probe(task: Task, _progress: ProgressReporter) -> Result:
    """Say what this machine can do; see probe.py."""
    from server.worker.tasks.probe import run

    folder = Path(task.get("folder", "/nonexistent"))
    return run(task.get("egl_device"), list(task.get("encoders", ())), folder)


def prepare(task: Task, progress: ProgressReporter) -> Result:
    """Decode the uploads into our own files: folder/sound.wav, folder/photo.rgba, photo2.rgba.

    The result has `title` and `artist` from the track's tags too.

    Each of `audio`, `photo` and `photo2` may be missing or null; then what the result says of it
    is null too, and `mime` does not name it. `palette` is that of `photo`, as by
    media/photos/palette.py.
    `warnings` has rows of server/warnings.py. With `cover` the cover of the track is the photo.
    `texts` are by field what is written into the video; a null is what the track's tags say.
    """
    from server.media.photos.palette import file_palette

    audio = task.get("audio")
    kind = _audio_kind(Path(audio)) if audio else None
    result: Result = {"mime": {"audio": kind} if kind else {}, "warnings": []}
    folder, warnings = Path(task["folder"]), result["warnings"]
    for name in ("photo", "photo2"):
        is_cover = name == "photo" and bool(task.get("cover"))
        if task.get(name) or is_cover:
            progress.stage(name)
        if is_cover and audio and kind:
            result |= _decode_cover(Path(audio), kind, folder, result["mime"], warnings)
        else:
            result |= _decode_photo(name, task.get(name), folder, result["mime"], warnings)
    photo_file = Path(task["folder"]) / "photo.rgba"
    result["palette"] = file_palette(photo_file) if result["photo"] else None
    if audio and kind:
        progress.stage("sound")
        result |= _decode_audio(task, Path(audio), kind)
    else:
        result |= dict.fromkeys(("samples", "sound_sha256", "loudest_s", "title", "artist"))
    result["warnings"] += _font_warnings(task.get("texts") or {}, result)
    return result


def _font_warnings(texts: Mapping[str, str | None], result: Result) -> list[WarningData]:
    """Warn of the characters of texts that no font has."""
    from server.typography.font_fallback import missing_characters

    font_warnings = []
    for field, text in texts.items():
        missing = missing_characters(text if text is not None else result.get(field) or "")
        if missing:
            listed = " ".join(f"{char} (U+{ord(char):04X})" for char in missing[:_MAX_NAMED_CHARS])
            more = " …" if len(missing) > _MAX_NAMED_CHARS else ""
            font_warnings.append(warning("characters_not_drawn", field, characters=listed + more))
    return font_warnings


def highlight(task: Task, progress: ProgressReporter) -> Result:
    """Find the part of a track that is asked for by a word; see audio/highlight.py."""
    from server.audio.highlight import find_highlight
    from server.media.tracks.sound import decode_whole

    progress.stage("sound")
    audio = Path(task["audio"])
    samples = decode_whole(audio, _audio_kind(audio), MAX_TRACK_S)
    progress.stage("highlight")
    part = find_highlight(samples, task["wanted"], float(task["duration"]), task.get("tempo"))
    start, end = (Decimal(f"{time:.6f}") for time in (part.start, part.end))
    duration = min(end - start, Decimal(task["duration"]))
    return {"start": str(start), "duration": str(duration), "highlight": part.kind}


def _audio_kind(upload: Path) -> str:
    from server.media import sniff

    if upload.stat().st_size == 0:
        raise ToqiboxError("undecodable_audio", field="audio", why=message("file_empty"))
    kind = sniff.sniff_audio_file(upload)
    if kind is None:
        raise ToqiboxError(
            "unsupported_media_type", field="audio", name="audio", accepted=sniff.ACCEPTED_AUDIO
        )
    return kind


def _decode_cover(
    audio: Path, kind: str, folder: Path, mime: Result, warnings: list[WarningData]
) -> Result:
    """Decode the first usable cover of a track as if it were the upload `photo`.

    Raises:
        ToqiboxError: missing_field, storage_full.
    """
    from server.files import atomic
    from server.media.sniff import ACCEPTED_PHOTO
    from server.media.tracks import cover

    why, last_error = message("no_cover"), None
    for picture in cover.cover_pictures(audio, kind):
        why = message("bad_cover", accepted=ACCEPTED_PHOTO)
        with atomic.atomic_write(folder / "photo") as file:
            file.write(picture)
        try:
            return _decode_photo("photo", str(folder / "photo"), folder, mime, warnings)
        except ToqiboxError as error:
            if error.code not in _COVER_ERRORS:
                raise
            last_error = str(error)
    raise ToqiboxError("missing_field", field="photo", name="photo", why=why, detail=last_error)


def _decode_photo(
    name: str, upload: str | None, folder: Path, mime: Result, warnings: list[WarningData]
) -> Result:
    """Decode one photo; its kind goes into `mime`, what is worth knowing into `warnings`."""
    from server.media import sniff
    from server.media.photos import photo

    if not upload:
        return {name: None, f"{name}_sha256": None}
    mime[name] = sniff.sniff_image_file(Path(upload))
    decoded = photo.prepare(Path(upload), folder / f"{name}.rgba", name)
    warnings += decoded.warnings
    size = {"width": decoded.width, "height": decoded.height}
    return {name: size, f"{name}_sha256": decoded.sha256}


def _decode_audio(task: Task, upload: Path, kind: str) -> Result:
    from server.media.tracks import sound, tags

    duration = task["duration"]
    decoded = sound.decode(
        upload,
        kind,
        Decimal(task["start"]),
        None if duration is None else Decimal(duration),
        Decimal(task["max_duration"]),
        Path(task["folder"]) / "sound.wav",
    )
    return {
        "samples": decoded.samples,
        "sound_sha256": decoded.sha256,
        "loudest_s": decoded.loudest_s,
        **tags.read(upload, kind)._asdict(),
    }


def analyse(task: Task, progress: ProgressReporter) -> Result:
    """Write the features of the track once, for all segments: those that are not there yet."""
    from server.audio.features import analyse as write

    on_progress = partial(progress.stage, "analyse")
    on_progress()
    whole = bool(task.get("whole", True))
    tempo = task.get("tempo")
    sound, out = Path(task["sound"]), Path(task["out"])
    return {"seconds": write(sound, out, whole=whole, tempo=tempo, on_progress=on_progress)}


def flashes(task: Task, progress: ProgressReporter) -> Result:
    """Find where a job's film would flash too much; see flashing.py."""
    from server.worker.tasks.flashes import run

    return run(task, progress)


def describe_audio(task: Task, progress: ProgressReporter) -> Result:
    """Say what the features in a folder are; see telling.py."""
    from server.worker.tasks.describe_audio import run

    progress.stage("tell")
    return run(task, progress)


def segment(task: Task, progress: ProgressReporter) -> Result:
    """Draw and encode the frames [first, last) of a job; see segment.py."""
    from server.worker.tasks.segment import run

    return run(task, progress)


def compile_effect(task: Task, progress: ProgressReporter) -> Result:
    """Compile an effect and draw two frames of it; see judge.py."""
    from server.worker.tasks.compile import run

    return run(task, progress)


def browser(task: Task, progress: ProgressReporter) -> Result:
    """Compile the shaders that a browser gets of an effect; see browser.py."""
    from server.worker.tasks.browser_compile import run

    return run(task, progress)


def frame(task: Task, progress: ProgressReporter) -> Result:
    """Draw single frames of a job into PNG files; see shots.py."""
    from server.worker.tasks.frames import run

    return run(task, progress)


def profile(task: Task, progress: ProgressReporter) -> Result:
    """Measure what each pass takes at several sizes; see profile.py."""
    from server.worker.tasks.profile import run

    return run(task, progress)


def contact_sheet(task: Task, progress: ProgressReporter) -> Result:
    """Put pictures together on a contact sheet."""
    from server.media.contact_sheet import Cell, compose

    progress.stage("sheet")
    cells = [
        Cell(cell["label"], Path(cell["picture"]) if cell["picture"] else None)
        for cell in task["cells"]
    ]
    compose(cells, task["columns"], (task["width"], task["height"]), Path(task["out"]))
    return {}


def encode_audio(task: Task, progress: ProgressReporter) -> Result:
    """Encode the sound, cut or padded to the length of the frames."""
    from server.media.tracks.sound import encode_aac

    on_progress = partial(progress.stage, "sound")
    on_progress()
    outcome = encode_aac(
        Path(task["sound"]), task["frames"], task["fps"], Path(task["out"]), on_progress
    )
    return {"seconds": outcome.cpu_s}


def mux(task: Task, progress: ProgressReporter) -> Result:
    """Put segments and sound together, check the film, take the poster from it."""
    from server.files import seal
    from server.media.video import mux as muxing
    from server.media.video.verify import ExpectedVideo

    progress.stage("join")
    frames, fps, out = task["frames"], task["fps"], Path(task["out"])
    segments, sound = [Path(path) for path in task["segments"]], Path(task["sound"])
    seal.verify([*segments, sound])
    video = muxing.mux(
        segments,
        sound,
        ExpectedVideo(frames, fps, task["width"], task["height"]),
        out,
        muxing.Metadata(task["title"], task["artist"]),
        progress.stage,
    )
    loudest = min(int(task["loudest_s"] * fps), frames - 1)
    muxing.write_poster(out, loudest, fps, Path(task["poster"]))
    progress.stage("poster")
    check = asdict(video.report)
    check["videoSeconds"], check["audioSeconds"] = check.pop("video_s"), check.pop("audio_s")
    check["moovFirst"] = check.pop("moov_first")
    return {"bytes": video.bytes, "sha256": video.sha256, "check": check}


TASKS: dict[str, Callable[[Task, ProgressReporter], Result]] = {
    "probe": probe,
    "prepare": prepare,
    "highlight": highlight,
    "analyse": analyse,
    "flashes": flashes,
    "tell": describe_audio,
    "segment": segment,
    "compile": compile_effect,
    "browser": browser,
    "frame": frame,
    "profile": profile,
    "sheet": contact_sheet,
    "sound": encode_audio,
    "join": mux,
}
