"""The tasks a worker can do, by name. What is heavy is imported by the task that needs it."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from pathlib import Path

from server.errors import ToqiboxError
from server.render.events import Emit, Result, Spec


def probe(spec: Spec, _emit: Emit) -> Result:
    """Say what this machine can do; see probe.py."""
    from server.render.probe import run

    folder = Path(spec.get("folder", "/nonexistent"))
    return run(spec.get("egl_device"), list(spec.get("encoders", ())), folder)


def prepare(spec: Spec, emit: Emit) -> Result:
    """Decode both uploads into our own files: folder/sound.wav and folder/photo.rgba."""
    from server.media import photo, sniff, sound

    folder, uploads = Path(spec["folder"]), (Path(spec["audio"]), Path(spec["photo"]))
    kind = sniff.sniff_audio_file(uploads[0])
    if kind is None:
        raise ToqiboxError(
            "unsupported_media_type", field="audio", name="audio", accepted=sniff.ACCEPTED_AUDIO
        )
    with uploads[1].open("rb") as file:
        picture = sniff.sniff_image(file.read(32))
    emit.stage("photo")
    width, height, photo_sha256 = photo.prepare(uploads[1], folder / "photo.rgba")
    emit.stage("sound")
    duration = spec["duration"]
    decoded = sound.decode(
        uploads[0],
        kind,
        Decimal(spec["start"]),
        None if duration is None else Decimal(duration),
        Decimal(spec["max_duration"]),
        folder / "sound.wav",
    )
    return {
        "samples": decoded.samples,
        "sound_sha256": decoded.sha256,
        "photo_sha256": photo_sha256,
        "photo": {"width": width, "height": height},
        "loudest_s": decoded.loudest_s,
        "mime": {"audio": kind, "photo": picture},
    }


def analyse(spec: Spec, emit: Emit) -> Result:
    """Write the features of the whole track once, for all segments."""
    from server.media.features import analyse as write

    told = partial(emit.stage, "analyse")
    told()
    steps, seconds = write(Path(spec["sound"]), Path(spec["out"]), told)
    return {"steps": steps, "seconds": seconds}


def segment(spec: Spec, emit: Emit) -> Result:
    """Draw and encode the frames [first, last) of a job; see segment.py."""
    from server.render.segment import run

    return run(spec, emit)


def sound(spec: Spec, emit: Emit) -> Result:
    """Encode the sound, cut or padded to the length of the frames."""
    from server.media.sound import encode_aac

    told = partial(emit.stage, "sound")
    told()
    outcome = encode_aac(Path(spec["sound"]), spec["frames"], spec["fps"], Path(spec["out"]), told)
    return {"seconds": outcome.cpu_s}


def join(spec: Spec, emit: Emit) -> Result:
    """Put segments and sound together, check the film, take the poster from it."""
    from server.media import join as media
    from server.media.check import Expected

    emit.stage("join")
    frames, fps, out = spec["frames"], spec["fps"], Path(spec["out"])
    film = media.join(
        [Path(path) for path in spec["segments"]],
        Path(spec["sound"]),
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
    "analyse": analyse,
    "segment": segment,
    "sound": sound,
    "join": join,
}
