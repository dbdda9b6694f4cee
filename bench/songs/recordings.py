"""Public annotated recordings as songs with their truth: MDB Drums (Southall et al. 2017).

    python -m bench.songs.recordings REPOSITORY OUT

REPOSITORY is a copy of the data set's repository (full mixes of 23 tracks of MedleyDB, CC BY-NC-SA
4.0); tracks whose audio is missing from the copy are left out. For evaluation only.
"""

import argparse
import json
import shutil
from pathlib import Path

_CLASSES = {"KD": "kicks", "SD": "snares", "HH": "hats"}


def convert(repository: Path, out: Path) -> int:
    """Copy each full mix with its truth as JSON; return the number of tracks."""
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for audio_file in sorted((repository / "audio" / "full_mix").glob("*.wav")):
        name = audio_file.stem.removesuffix("_MIX")
        truth: dict[str, list[float]] = {kind: [] for kind in _CLASSES.values()}
        for line in (repository / "annotations" / "class" / f"{name}_class.txt").open():
            time, label = line.split()
            if label in _CLASSES:
                truth[_CLASSES[label]].append(float(time))
        beats = [
            line.split()
            for line in (repository / "annotations" / "beats" / f"{audio_file.stem}.beats").open()
        ]
        truth["beats"] = [float(fields[0]) for fields in beats]
        truth["downbeats"] = [float(fields[0]) for fields in beats if float(fields[1]) == 1]
        shutil.copyfile(audio_file, out / f"{name}.wav")
        (out / f"{name}.json").write_text(json.dumps({"name": name, **truth}))
        count += 1
    return count


def main() -> None:
    """Convert the recordings and print their number."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    print(convert(options.repository, options.out), "recordings")


if __name__ == "__main__":
    main()
