"""`make demo`: export the sample track and photo through a real server, and verify the video."""

import json
import signal
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

from server.cli.support.progress_bar import ProgressBar
from server.demo import video
from server.demo.client import ApiClient, RequestFailed
from server.demo.server import DemoServer, ServerStartError
from server.media import ffmpeg
from server.media.ffmpeg import MediaError
from server.media.video.verify import AAC_FRAME_S
from server.samples import sample_files, sample_track

OUTPUT = Path("demo.mp4")
RATIO = 2.0
"""Minimum ratio of the motion after a kick to the motion elsewhere."""


def main() -> int:
    """Run the demo and return the exit status: 0 done, 1 failed, 130 interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="toqibox-demo-") as folder:
            return _run(Path(folder))
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except (MediaError, RequestFailed, ServerStartError, OSError) as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(folder: Path) -> int:
    ffmpeg.version()  # fails at once if ffmpeg is missing
    with DemoServer(folder) as server:
        print("Starting the server and creating a sample track and photo …", flush=True)
        port = server.port()  # fails on an invalid setting before anything is made
        samples = sample_files.write(folder)
        client = ApiClient(port)
        ready = client.wait_until_ready()
        print(f"Serving on port {port}, rendering with {ready.get('renderer')}", flush=True)
        began = time.monotonic()
        fields = {"title": "Dusk", "artist": "TOQIBOX"}
        job = _follow(client, client.submit(samples.mp3, samples.photo, fields))
        if job["status"] != "completed":
            print(
                f"The job {job['status']}: {job.get('error')}\n{server.log_tail()}", file=sys.stderr
            )
            return 1
        client.download(str(job["downloadUrl"]), OUTPUT)
        seconds = time.monotonic() - began
    return report(OUTPUT, job, seconds)


def _follow(client: ApiClient, job_id: str) -> dict[str, Any]:
    bar = ProgressBar(sys.stdout)
    job: dict[str, Any] = {}
    try:
        for job in client.follow(job_id):
            bar.update(job)
    finally:
        bar.end()
    return job


def report(path: Path, job: dict[str, Any], seconds: float) -> int:
    """Print the properties of the video and its problems, and return the exit status."""
    info = video.read(path)
    beat = video.compare_motion(video.frame_differences(path), sample_track.kick_times(), info.fps)
    print(
        f"\n{path.resolve()}\n"
        f"  file     {info.bytes / 1e6:.2f} MB, made in {seconds:.1f} s\n"
        f"  video    {info.width} × {info.height}, {info.codec}, {info.pixel_format}, "
        f"{float(info.fps):g} frames/s, {info.frames} frames, {info.video_s:.3f} s\n"
        f"  colour   matrix {info.colour[0]}, primaries {info.colour[1]}, "
        f"transfer {info.colour[2]}, range {info.colour[3]}\n"
        f"  audio    {info.audio_codec}, {info.audio_rate} Hz, "
        f"{info.audio_channels} channels, {info.audio_s:.3f} s\n"
        f"  layout   moov {'before' if info.moov_first else 'after'} mdat\n"
        f"  beat     mean frame difference {beat.after:.2f} in the 100 ms after a kick, "
        f"{beat.elsewhere:.2f} elsewhere: {beat.ratio:.1f} times"
    )
    problems = mismatches(info, job, beat)
    for problem in problems:
        print(f"  WRONG    {problem}", file=sys.stderr)
    return 1 if problems else 0


def mismatches(info: video.VideoInfo, job: dict[str, Any], beat: video.BeatMotion) -> list[str]:
    """Return the differences between the video and what the job and the documents promise."""
    size = job["resolution"]
    promised = {
        "the size": ((info.width, info.height), (size["width"], size["height"])),
        "the frame rate": (info.fps, Fraction(job["fps"])),
        "the number of frames": (info.frames, job["frames"]["total"]),
        "the codecs": ((info.codec, info.audio_codec), ("h264", "aac")),
        "the pixel format": (info.pixel_format, "yuv420p"),
        "the colour tags": (info.colour, ("bt709", "bt709", "bt709", "tv")),
        "moov before mdat": (info.moov_first, True),
    }
    problems = [
        f"{subject}: {json.dumps(actual, default=str)} instead of {json.dumps(wanted, default=str)}"
        for subject, (actual, wanted) in promised.items()
        if actual != wanted
    ]
    if abs(info.audio_s - info.video_s) > AAC_FRAME_S:
        problems.append(f"the audio lasts {info.audio_s:.3f} s, the video {info.video_s:.3f} s")
    if beat.ratio < RATIO:
        problems.append(f"the motion after a kick is only {beat.ratio:.2f} times that elsewhere")
    return problems


if __name__ == "__main__":
    sys.exit(main())
