"""The tasks a worker can do, by name. What is heavy is imported by the task that needs it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from pathlib import Path

from server.errors import ToqiboxError
from server.messages import message
from server.protocol.events import Emit, Result, Spec
from server.warnings import WarningData, warning

_MOST_LOST = 12
"""Characters that no font has and that a warning names."""
_UNUSABLE = ("unsupported_media_type", "undecodable_image", "image_too_large")
"""Errors of a cover after which the next one is tried."""
LONGEST_TRACK_S = 1200
"""Of a track that is analysed as a whole to find a part of it."""


def probe(spec: Spec, _emit: Emit) -> Result:
    """Say what this machine can do; see probe.py."""
    from server.worker.tasks.probe import run

    folder = Path(spec.get("folder", "/nonexistent"))
    return run(spec.get("egl_device"), list(spec.get("encoders", ())), folder)


def prepare(spec: Spec, emit: Emit) -> Result:
    """Decode the uploads into our own files: folder/sound.wav, folder/photo.rgba, photo2.rgba.

    The result has `title` and `artist` from the track's tags too.

    Each of `audio`, `photo` and `photo2` may be missing or null; then what the result says of it
    is null too, and `mime` does not name it. `palette` is that of `photo`, as by
    media/photos/palette.py.
    `warnings` has rows of server/warnings.py. With `cover` the cover of the track is the photo.
    `texts` are by field what is written into the video; a null is what the track's tags say.
    """
    from server.media.photos.palette import file_palette

    audio = spec.get("audio")
    kind = _audio_kind(Path(audio)) if audio else None
    result: Result = {"mime": {"audio": kind} if kind else {}, "warnings": []}
    folder, warnings = Path(spec["folder"]), result["warnings"]
    for name in ("photo", "photo2"):
        is_cover = name == "photo" and bool(spec.get("cover"))
        if spec.get(name) or is_cover:
            emit.stage(name)
        if is_cover and audio and kind:
            result |= _cover(Path(audio), kind, folder, result["mime"], warnings)
        else:
            result |= _photo(name, spec.get(name), folder, result["mime"], warnings)
    kept = Path(spec["folder"]) / "photo.rgba"
    result["palette"] = file_palette(kept) if result["photo"] else None
    if audio and kind:
        emit.stage("sound")
        result |= _sound(spec, Path(audio), kind)
    else:
        result |= dict.fromkeys(("samples", "sound_sha256", "loudest_s", "title", "artist"))
    result["warnings"] += _texts(spec.get("texts") or {}, result)
    return result


def _texts(texts: Mapping[str, str | None], result: Result) -> list[WarningData]:
    """Warn of the characters of texts that no font has."""
    from server.typography.font_fallback import undrawn

    rows = []
    for field, given in texts.items():
        lost = undrawn(given if given is not None else result.get(field) or "")
        if lost:
            shown = " ".join(f"{sign} (U+{ord(sign):04X})" for sign in lost[:_MOST_LOST])
            more = " …" if len(lost) > _MOST_LOST else ""
            rows.append(warning("characters_not_drawn", field, characters=shown + more))
    return rows


def highlight(spec: Spec, emit: Emit) -> Result:
    """Find the part of a track that is asked for by a word; see audio/highlight.py."""
    from server.audio.highlight import find
    from server.media.tracks.sound import decode_whole

    emit.stage("sound")
    audio = Path(spec["audio"])
    samples = decode_whole(audio, _audio_kind(audio), LONGEST_TRACK_S)
    emit.stage("highlight")
    found = find(samples, spec["wanted"], float(spec["duration"]), spec.get("tempo"))
    start, end = (Decimal(f"{time:.6f}") for time in (found.start, found.end))
    duration = min(end - start, Decimal(spec["duration"]))
    return {"start": str(start), "duration": str(duration), "highlight": found.kind}


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


def _cover(
    audio: Path, kind: str, folder: Path, mime: Result, warnings: list[WarningData]
) -> Result:
    """Decode the first usable cover of a track as if it were the upload `photo`.

    Raises:
        ToqiboxError: missing_field, storage_full.
    """
    from server.files import atomic
    from server.media.sniff import ACCEPTED_PHOTO
    from server.media.tracks import cover

    why, refused = message("no_cover"), None
    for picture in cover.pictures(audio, kind):
        why = message("bad_cover", accepted=ACCEPTED_PHOTO)
        with atomic.atomic_write(folder / "photo") as file:
            file.write(picture)
        try:
            return _photo("photo", str(folder / "photo"), folder, mime, warnings)
        except ToqiboxError as error:
            if error.code not in _UNUSABLE:
                raise
            refused = str(error)
    raise ToqiboxError("missing_field", field="photo", name="photo", why=why, detail=refused)


def _photo(
    name: str, upload: str | None, folder: Path, mime: Result, warnings: list[WarningData]
) -> Result:
    """Decode one photo; its kind goes into `mime`, what is worth knowing into `warnings`."""
    from server.media import sniff
    from server.media.photos import photo

    if not upload:
        return {name: None, f"{name}_sha256": None}
    mime[name] = sniff.sniff_image_file(Path(upload))
    found = photo.prepare(Path(upload), folder / f"{name}.rgba", name)
    warnings += found.warnings
    size = {"width": found.width, "height": found.height}
    return {name: size, f"{name}_sha256": found.sha256}


def _sound(spec: Spec, upload: Path, kind: str) -> Result:
    from server.media.tracks import sound, tags

    duration = spec["duration"]
    decoded = sound.decode(
        upload,
        kind,
        Decimal(spec["start"]),
        None if duration is None else Decimal(duration),
        Decimal(spec["max_duration"]),
        Path(spec["folder"]) / "sound.wav",
    )
    return {
        "samples": decoded.samples,
        "sound_sha256": decoded.sha256,
        "loudest_s": decoded.loudest_s,
        **tags.read(upload, kind)._asdict(),
    }


def analyse(spec: Spec, emit: Emit) -> Result:
    """Write the features of the track once, for all segments: those that are not there yet."""
    from server.audio.features import analyse as write

    told = partial(emit.stage, "analyse")
    told()
    whole = bool(spec.get("whole", True))
    tempo = spec.get("tempo")
    sound, out = Path(spec["sound"]), Path(spec["out"])
    return {"seconds": write(sound, out, whole=whole, tempo=tempo, told=told)}


def flashes(spec: Spec, emit: Emit) -> Result:
    """Find where a job's film would flash too much; see flashing.py."""
    from server.worker.tasks.flashes import run

    return run(spec, emit)


def tell(spec: Spec, emit: Emit) -> Result:
    """Say what the features in a folder are; see telling.py."""
    from server.worker.tasks.describe_audio import run

    emit.stage("tell")
    return run(spec, emit)


def segment(spec: Spec, emit: Emit) -> Result:
    """Draw and encode the frames [first, last) of a job; see segment.py."""
    from server.worker.tasks.segment import run

    return run(spec, emit)


def compile_effect(spec: Spec, emit: Emit) -> Result:
    """Compile an effect and draw two frames of it; see judge.py."""
    from server.worker.tasks.compile import run

    return run(spec, emit)


def browser(spec: Spec, emit: Emit) -> Result:
    """Compile the shaders that a browser gets of an effect; see browser.py."""
    from server.worker.tasks.browser_compile import run

    return run(spec, emit)


def frame(spec: Spec, emit: Emit) -> Result:
    """Draw single frames of a job into PNG files; see shots.py."""
    from server.worker.tasks.frames import run

    return run(spec, emit)


def profile(spec: Spec, emit: Emit) -> Result:
    """Measure what each pass takes at several sizes; see profile.py."""
    from server.worker.tasks.profile import run

    return run(spec, emit)


def sheet(spec: Spec, emit: Emit) -> Result:
    """Put pictures together on a contact sheet."""
    from server.media.contact_sheet import Cell, compose

    emit.stage("sheet")
    cells = [
        Cell(cell["label"], Path(cell["picture"]) if cell["picture"] else None)
        for cell in spec["cells"]
    ]
    compose(cells, spec["columns"], (spec["width"], spec["height"]), Path(spec["out"]))
    return {}


def sound(spec: Spec, emit: Emit) -> Result:
    """Encode the sound, cut or padded to the length of the frames."""
    from server.media.tracks.sound import encode_aac

    told = partial(emit.stage, "sound")
    told()
    outcome = encode_aac(Path(spec["sound"]), spec["frames"], spec["fps"], Path(spec["out"]), told)
    return {"seconds": outcome.cpu_s}


def join(spec: Spec, emit: Emit) -> Result:
    """Put segments and sound together, check the film, take the poster from it."""
    from server.files import seal
    from server.media.video import mux as media
    from server.media.video.verify import Expected

    emit.stage("join")
    frames, fps, out = spec["frames"], spec["fps"], Path(spec["out"])
    segments, sound = [Path(path) for path in spec["segments"]], Path(spec["sound"])
    seal.verify([*segments, sound])
    film = media.join(
        segments,
        sound,
        Expected(frames, fps, spec["width"], spec["height"]),
        out,
        media.Tags(spec["title"], spec["artist"]),
        emit.stage,
    )
    loudest = min(int(spec["loudest_s"] * fps), frames - 1)
    media.poster(out, loudest, fps, Path(spec["poster"]))
    emit.stage("poster")
    found = asdict(film.check)
    found["videoSeconds"], found["audioSeconds"] = found.pop("video_s"), found.pop("audio_s")
    found["moovFirst"] = found.pop("moov_first")
    return {"bytes": film.bytes, "sha256": film.sha256, "check": found}


TASKS: dict[str, Callable[[Spec, Emit], Result]] = {
    "probe": probe,
    "prepare": prepare,
    "highlight": highlight,
    "analyse": analyse,
    "flashes": flashes,
    "tell": tell,
    "segment": segment,
    "compile": compile_effect,
    "browser": browser,
    "frame": frame,
    "profile": profile,
    "sheet": sheet,
    "sound": sound,
    "join": join,
}
