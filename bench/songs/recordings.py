"""Public annotated recordings as songs with their truth: MDB Drums (Southall et al. 2017).

    python -m bench.songs.recordings REPOSITORY OUT

REPOSITORY is a copy of the data set's repository (full mixes of 23 tracks of MedleyDB, CC BY-NC-SA
4.0); tracks whose sound is missing from the copy are left out. For checking only.
"""

import argparse
import json
import shutil
from pathlib import Path

_CLASSES = {"KD": "kicks", "SD": "snares", "HH": "hats"}


def convert(repository: Path, out: Path) -> int:
    """Copy each full mix with its truth as JSON; the number of tracks."""
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for sound in sorted((repository / "audio" / "full_mix").glob("*.wav")):
        name = sound.stem.removesuffix("_MIX")
        truth: dict[str, list[float]] = {kind: [] for kind in _CLASSES.values()}
        for line in (repository / "annotations" / "class" / f"{name}_class.txt").open():
            time, label = line.split()
            if label in _CLASSES:
                truth[_CLASSES[label]].append(float(time))
        beats = [
            line.split()
            for line in (repository / "annotations" / "beats" / f"{sound.stem}.beats").open()
        ]
        truth["beats"] = [float(row[0]) for row in beats]
        truth["downbeats"] = [float(row[0]) for row in beats if float(row[1]) == 1]
        shutil.copyfile(sound, out / f"{name}.wav")
        (out / f"{name}.json").write_text(json.dumps({"name": name, **truth}))
        count += 1
    return count


def main() -> None:
    """Convert and say how many there are."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("repository", type=Path)
    options.add_argument("out", type=Path)
    chosen = options.parse_args()
    print(convert(chosen.repository, chosen.out), "recordings")


if __name__ == "__main__":
    main()
