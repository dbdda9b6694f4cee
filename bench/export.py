"""Frames a second of whole exports, compared with ffmpeg alone on the same machine.

    python bench/export.py [seconds]

For each effect and plan: frames divided by the wall time from the first slot to the muxed file, as
in `toqibox render`. For comparison: ffmpeg encoding the same still image with the same settings (a
server that loops one image), and the ratio. Nothing else should run meanwhile.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from server.samples import sample_files

SIZES = {"free": (1280, 720), "premium": (1920, 1080)}
EFFECTS = ("breathe", "spin", "bars", "ring")


def export(folder: Path, effect: str, plan: str, seconds: int) -> tuple[float, dict[str, float]]:
    """Return the frames a second of one export, and the seconds by stage of its report."""
    command = [sys.executable, "-m", "server", "render", "--json", "-y", "--effect", effect]
    command += ["--audio", str(folder / "track.wav"), "--photo", str(folder / "photo.jpg")]
    command += ["--plan", plan, "--duration", str(seconds), "-o", str(folder / "out.mp4")]
    done = subprocess.run(command, capture_output=True, check=True)
    job = json.loads(done.stdout)
    wall = (job["finishedAt"] - job["startedAt"]) / 1000
    return job["frames"]["total"] / wall, job["report"]["seconds"]


def still(folder: Path, plan: str, seconds: int) -> float:
    """Return the frames a second of ffmpeg encoding the photo repeatedly."""
    width, height = SIZES[plan]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-loop", "1", "-framerate", "30"]
    command += ["-i", str(folder / "photo.jpg"), "-i", str(folder / "track.wav")]
    command += ["-vf", f"scale={width}:{height},format=yuv420p", "-t", str(seconds)]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac"]
    began = time.monotonic()
    subprocess.run([*command, str(folder / "still.mp4")], check=True)
    return seconds * 30 / (time.monotonic() - began)


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample_files.write(folder)
        for plan, (width, height) in SIZES.items():
            still_fps = still(folder, plan, seconds)
            print(f"{width}x{height}, {seconds} s at 30 fps; still alone {still_fps:6.1f} frames/s")
            for effect in EFFECTS:
                rate, stages = export(folder, effect, plan, seconds)
                times = "  ".join(f"{stage} {spent:.1f}" for stage, spent in stages.items())
                print(
                    f"  {effect:<8} {rate:6.1f} frames/s  ratio {rate / still_fps:.2f}   s: {times}"
                )


if __name__ == "__main__":
    main()
