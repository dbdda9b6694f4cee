"""`make demo`: export the demo track and photo through a real server, and look at the result."""

import json
import signal
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

from server.cli.support.progress_bar import Bar
from server.demo import video
from server.demo.client import Client, RequestRefused
from server.demo.server import DemoServer, ServerFailed
from server.media import ffmpeg
from server.media.ffmpeg import MediaError
from server.samples import material, track

OUTPUT = Path("demo.mp4")
RATIO = 2.0
"""The picture must move at least so many times more after a kick than elsewhere."""


def main() -> int:
    """Run the demo; the exit status: 0 done, 1 failed, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="toqibox-demo-") as folder:
            return _run(Path(folder))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except (MediaError, RequestRefused, ServerFailed, OSError) as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(folder: Path) -> int:
    ffmpeg.version()  # missing, it is told at once
    with DemoServer(folder) as server:
        print("Starting the server, composing a track, painting a photo …", flush=True)
        port = server.port()  # a bad setting is told before anything is made
        made = material.write(folder)
        client = Client(port)
        ready = client.wait_until_ready()
        print(f"Serving on port {port}, drawing with {ready.get('renderer')}", flush=True)
        began = time.monotonic()
        fields = {"title": "Dusk", "artist": "TOQIBOX"}
        job = _follow(client, client.submit(made.mp3, made.photo, fields))
        if job["status"] != "completed":
            print(
                f"The job {job['status']}: {job.get('error')}\n{server.log_tail()}", file=sys.stderr
            )
            return 1
        client.download(str(job["downloadUrl"]), OUTPUT)
        seconds = time.monotonic() - began
    return report(OUTPUT, job, seconds)


def _follow(client: Client, job_id: str) -> dict[str, Any]:
    bar = Bar(sys.stdout)
    job: dict[str, Any] = {}
    try:
        for job in client.follow(job_id):
            bar.update(job)
    finally:
        bar.end()
    return job


def report(path: Path, job: dict[str, Any], seconds: float) -> int:
    """Print what is in the video, and what of it is not as it must be; the exit status."""
    found = video.read(path)
    beat = video.beat(video.differences(path), track.kick_times(), found.fps)
    print(
        f"\n{path.resolve()}\n"
        f"  file     {found.bytes / 1e6:.2f} MB, made in {seconds:.1f} s\n"
        f"  picture  {found.width} × {found.height}, {found.codec}, {found.pixel_format}, "
        f"{float(found.fps):g} frames/s, {found.frames} frames, {found.video_s:.3f} s\n"
        f"  colour   matrix {found.colour[0]}, primaries {found.colour[1]}, "
        f"transfer {found.colour[2]}, range {found.colour[3]}\n"
        f"  sound    {found.sound_codec}, {found.sound_rate} Hz, "
        f"{found.sound_channels} channels, {found.sound_s:.3f} s\n"
        f"  layout   moov {'before' if found.moov_first else 'after'} mdat\n"
        f"  beat     mean frame difference {beat.after:.2f} in the 100 ms after a kick, "
        f"{beat.elsewhere:.2f} elsewhere: {beat.ratio:.1f} times"
    )
    wrong = faults(found, job, beat)
    for fault in wrong:
        print(f"  WRONG    {fault}", file=sys.stderr)
    return 1 if wrong else 0


def faults(found: video.Contents, job: dict[str, Any], beat: video.Beat) -> list[str]:
    """What in the video is not as the job and the documents promise."""
    size = job["resolution"]
    promised = {
        "the size": ((found.width, found.height), (size["width"], size["height"])),
        "the frame rate": (found.fps, Fraction(job["fps"])),
        "the number of frames": (found.frames, job["frames"]["total"]),
        "the codecs": ((found.codec, found.sound_codec), ("h264", "aac")),
        "the pixel format": (found.pixel_format, "yuv420p"),
        "the colour tags": (found.colour, ("bt709", "bt709", "bt709", "tv")),
        "moov before mdat": (found.moov_first, True),
    }
    wrong = [
        f"{what}: {json.dumps(is_, default=str)} instead of {json.dumps(wanted, default=str)}"
        for what, (is_, wanted) in promised.items()
        if is_ != wanted
    ]
    if abs(found.sound_s - found.video_s) > 1024 / 48_000:
        wrong.append(f"the sound lasts {found.sound_s:.3f} s, the picture {found.video_s:.3f} s")
    if beat.ratio < RATIO:
        wrong.append(f"the picture moves only {beat.ratio:.2f} times more after a kick")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
