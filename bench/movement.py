"""Measures whether videos move with songs of known kicks, and stand still in silence.

    python -m bench.movement SONGS [--effect ID …] [--preset ID …] [options]

SONGS is a folder of tracks, each with its truth: `NAME.json` with `kicks` (seconds), `drums`
(whether there are any) and, if known, `genre`. Without --effect and --preset the default effect and
every preset are measured. Each song gets a line:

ratio     mean frame difference in the 100 ms after each kick, relative to all other frames; for a
          song without drums or kicks, after each detected accent
kicks     number of kicks
still     seconds of the longest run of equal frames while there is sound

and each look a line with the number of songs with drums that reach a ratio of 2, the longest run of
all, and the maximum frame difference in silence after music.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.looks import material
from bench.looks.cells import Look
from server.animation.event_envelopes import first_frames
from server.arrays import BoolArray, Float64Array
from server.audio import features
from server.audio.features import Features
from server.cli.tasks.worker_session import WorkerSession
from server.effects.library.library import Library
from server.jobs.model.effect_source import read_source
from server.jobs.submission.chain import DEFAULT_EFFECT
from server.jobs.submission.presets import Presets
from server.media import wav
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.scene import SceneSpec
from server.render.gl.context import Context
from server.render.gl.pixels import read_rgba
from server.render.scene import Scene
from server.samples import sample_photo as sample

FPS = material.FPS
AFTER_ONSET_S = 0.1
MIN_RATIO = 2.0
SIZE = (160, 90)
_MUSIC_S, _SILENCE_S, _DECAY_S = 4, 4, 1.5
_MIN_SOUNDING = 0.02
"""Minimum of the feature `sounding` that counts as sound."""


@dataclass(frozen=True)
class Case:
    """A song as it is drawn, and its known events."""

    name: str
    features: Path
    frames: int
    events: Float64Array
    """Seconds of the kicks, or of the accents of a song without drums."""
    drums: bool
    genre: str


@dataclass(frozen=True)
class Movement:
    """The movement of a look with a song."""

    case: Case
    ratio: float
    still_s: float


def difference(scene: Scene, frames: range) -> Float64Array:
    """Return the mean difference of each frame from the one before, 0 to 255; 0 for the first."""
    scene.begin(frames.start)
    differences, previous = np.zeros(len(frames)), None
    for at, frame in enumerate(frames):
        scene.draw_effects(frame)
        scene.composite.draw()
        frame_pixels = read_rgba(scene.composite.output)[..., :3].astype(np.int16)
        if previous is not None:
            differences[at] = np.abs(frame_pixels - previous).mean()
        previous = frame_pixels
    return differences


def frames_after(events: Float64Array, frames: int) -> BoolArray:
    """Return the frames in the 100 ms after each event."""
    is_after = np.zeros(frames, bool)
    event_rows = np.stack([events, np.ones(len(events))], axis=1)
    for first in first_frames(event_rows, FPS):
        is_after[first : first + round(AFTER_ONSET_S * FPS)] = True
    return is_after


def longest_run(equal: BoolArray) -> int:
    """Return the length of the longest run of true values."""
    longest_so_far = current = 0
    for value in equal:
        current = current + 1 if value else 0
        longest_so_far = max(longest_so_far, current)
    return longest_so_far


def measure(context: Context, library: Library, look: Look, case: Case, photo: Path) -> Movement:
    """Draw a song in full and compare its frames."""
    differences = difference(_scene(context, library, look, case, photo), range(case.frames))
    is_after = frames_after(case.events, case.frames)
    elsewhere = differences[1:][~is_after[1:]].mean() if (~is_after).sum() > 1 else 0.0
    ratio = differences[is_after].mean() / max(elsewhere, 1e-9) if is_after.any() else float("nan")
    playing = Features(case.features).column("sounding", case.frames, FPS) > _MIN_SOUNDING
    return Movement(case, float(ratio), longest_run((differences == 0) & playing) / FPS)


def difference_in_silence(
    context: Context, library: Library, look: Look, case: Case, photo: Path
) -> float:
    """Return the maximum frame difference in silence, after the music has decayed."""
    first = round((_MUSIC_S + _DECAY_S) * FPS)
    scene = _scene(context, library, look, case, photo)
    start = 0 if scene.sequential else first
    return float(difference(scene, range(start, case.frames))[first - start + 1 :].max())


def _scene(context: Context, library: Library, look: Look, case: Case, photo: Path) -> Scene:
    chain = []
    for requested in look.chain_for("16:9"):
        effect = library.get(requested.id)
        chain.append(
            replace(read_source(effect, library).with_local_paths, params=requested.params)
        )
    job = SceneSpec(
        effects=tuple(chain),
        photo=photo,
        photo2=photo,
        features=case.features,
        size=SIZE,
        fps=FPS,
        frames=case.frames,
        fit=look.fit,
        egl_device=None,
        require_gpu=False,
        title="Golden Hour",
        artist="Maya Fields",
    )
    return Scene(context, job)


def _cases(
    session: WorkerSession, folder: Path, kept: Path, seconds: float, names: Sequence[str]
) -> list[Case]:
    cases = []
    for path in material.songs(folder):
        truth = path.with_suffix(".json")
        if not truth.exists() or (names and path.stem not in names):
            continue
        truth_data, song = json.loads(truth.read_text()), material.song(session, path, kept)
        frames = min(song.frames, round(seconds * FPS))
        kicks = np.array(truth_data["kicks"], float)
        kicks = kicks[kicks < frames / FPS]
        drums = bool(truth_data["drums"]) and len(kicks) > 0
        accents = Features(song.features).events("accent")[:, 0]
        onset_times = kicks if drums else accents[accents < frames / FPS]
        genre = str(truth_data.get("genre", ""))
        cases.append(Case(path.stem, song.features, frames, onset_times, drums, genre))
    return cases


def _music_and_silence(folder: Path) -> Case:
    """Write chords with a kick on each beat, followed by silence, and analyse them."""
    time = np.arange(_MUSIC_S * SAMPLE_RATE) / SAMPLE_RATE
    since = np.mod(time, 0.5)
    mix = 0.7 * np.sin(2 * np.pi * 55 * since) * np.exp(-12 * since)
    mix += sum(0.08 * np.sin(2 * np.pi * tone * time) for tone in (220, 277.2, 329.6))
    padded = np.concatenate([mix, np.zeros(_SILENCE_S * SAMPLE_RATE)])
    path = folder / "silence.wav"
    samples = np.repeat(padded[:, np.newaxis], 2, axis=1).astype("<f4")
    path.write_bytes(wav.header(len(samples)) + samples.tobytes())
    features.analyse(path, folder / "features")
    frames = (_MUSIC_S + _SILENCE_S) * FPS
    return Case("silence", folder / "features", frames, np.zeros(0), drums=False, genre="")


def _looks(options: argparse.Namespace) -> list[Look]:
    presets = {entry.id: entry for entry in Presets().offered(Library().all())[0]}
    effects, preset_ids = options.effect or [], options.preset or []
    if not effects and not preset_ids:
        effects, preset_ids = [DEFAULT_EFFECT], list(presets)
    return [Look(name) for name in effects] + [Look(name, presets[name]) for name in preset_ids]


def report(context: Context, look: Look, cases: Sequence[Case], silence: Case, photo: Path) -> None:
    """Print a line for each song, and one for all of them."""
    library, movements = Library(), []
    for case in cases:
        movement = measure(context, library, look, case, photo)
        movements.append(movement)
        kind = "kicks" if case.drums else "accents"
        print(
            f"{look.name:<12} {case.name:<24} {case.genre:<12} {movement.ratio:7.2f}"
            f" {len(case.events):5d} {kind:<8} {movement.still_s:6.2f}",
            flush=True,
        )
    with_drums = [movement for movement in movements if movement.case.drums]
    passed = sum(movement.ratio >= MIN_RATIO for movement in with_drums)
    still = max((movement.still_s for movement in movements), default=0.0)
    silence_difference = difference_in_silence(context, library, look, silence, photo)
    print(
        f"{look.name:<12} ratio >= {MIN_RATIO:g} in {passed} of {len(with_drums)} songs with drums;"
        f" longest still {still:.2f} s; in silence {silence_difference:.3f}",
        flush=True,
    )


def main() -> int:
    """Measure the requested looks."""
    parser = argparse.ArgumentParser(prog="python -m bench.movement")
    parser.add_argument("songs", type=Path, metavar="SONGS")
    parser.add_argument("--effect", action="append", metavar="ID")
    parser.add_argument("--preset", action="append", metavar="ID")
    parser.add_argument("--photo", type=Path, help="a photo (default: a generated one)")
    parser.add_argument("--song", action="append", default=[], help="name of a song (default: all)")
    parser.add_argument("--seconds", type=float, default=60, help="seconds of each song (60)")
    parser.add_argument("--kept", type=Path, help="folder that caches analysed songs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="movement-") as name:
        folder = Path(name)
        kept = options.kept or folder / "kept"
        with WorkerSession() as session:
            cases = _cases(session, options.songs, kept, options.seconds, options.song)
            painted = folder / "photo.png"
            sample.paint(960, 640).save(painted, "PNG", compress_level=1)
            photo = material.photo(session, options.photo or painted, kept)
        if not cases:
            print("no track with a truth file found", file=sys.stderr)
            return 1
        silence = _music_and_silence(folder)
        with Context() as context:
            for look in _looks(options):
                report(context, look, cases, silence, photo)
    return 0


if __name__ == "__main__":
    sys.exit(main())
