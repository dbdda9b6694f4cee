"""One encoding of drawn frames: its size, its processor time, and how close it is to them."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.encoding.frames import FPS, RawVideo
from server.media import ffmpeg
from server.media.video.encoder_options import SegmentFormat, segment_argv
from server.media.video.trial import try_encodings
from server.protocol.encodings import ENCODINGS
from tests.harness.banding import Luma

_LIMIT_S = 1200
_SSIM = re.compile(r"All:([0-9.]+)")


@dataclass(frozen=True)
class Encoded:
    """The measured properties of one encoding of one video."""

    megabits: float
    """A second of the video."""
    cpu_ms: float
    """Of processors, for each frame."""
    score: float
    """The mean of all frames."""
    worst: float
    """That of the worst twentieth of the frames; of SSIM the mean again."""


def encode(video: RawVideo, form: SegmentFormat, out: Path) -> tuple[float, float]:
    """Encode a video; return its megabits a second and its processor milliseconds a frame.

    Raises:
        MediaError: the encoder failed.
    """
    with ffmpeg.Process(segment_argv(form, out), stdin=True) as process, video.file.open("rb") as f:
        while chunk := f.read(1 << 22):
            process.write(chunk)
        process.close_stdin()
        result = process.wait(_LIMIT_S).raise_for_status()
    seconds = video.frames / FPS
    return out.stat().st_size * 8e-6 / seconds, result.cpu_s * 1000 / video.frames


def working_encodings(folder: Path) -> list[str]:
    """Return the encodings that work on this machine, by a trial in an empty folder."""
    reasons = try_encodings(ENCODINGS, folder)
    return [name for name, reason in reasons.items() if reason is None]


def raw_luma(video: RawVideo) -> Luma:
    """Return the luma of the frames of a video, (frames, height, width)."""
    width, height = video.size
    planes = np.fromfile(video.file, np.uint8).reshape(video.frames, height * 3 // 2, width)
    return planes[:, :height]


def decode_luma(encoded: Path, size: tuple[int, int]) -> Luma:
    """Return the luma of the frames of an encoded video, (frames, height, width).

    Raises:
        CalledProcessError: ffmpeg failed.
    """
    width, height = size
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(encoded), "-map", "0:v:0"]
    command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height * 3 // 2, width)[:, :height]


class Comparison:
    """A measure of pictures: VMAF where ffmpeg has it, else SSIM.

    Args:
        program: the ffmpeg that compares.
        stride: one of so many frames is compared by VMAF.
    """

    def __init__(self, program: str, stride: int = 3) -> None:
        filters = subprocess.run([program, "-filters"], capture_output=True, text=True, check=True)
        self.name = "VMAF" if " libvmaf " in filters.stdout else "SSIM"
        self._program = program
        self._stride = stride

    def measure(self, video: RawVideo, encoded: Path, folder: Path) -> tuple[float, float]:
        """Return the mean and the worst twentieth of the frames.

        Raises:
            CalledProcessError: ffmpeg failed.
        """
        width, height = video.size
        raw = ["-f", "rawvideo", "-pix_fmt", "nv12", "-video_size", f"{width}x{height}"]
        raw += ["-framerate", str(FPS), "-i", str(video.file)]
        log = folder / "vmaf.json"
        compare = "ssim"
        if self.name == "VMAF":
            compare = f"libvmaf=n_threads=2:n_subsample={self._stride}"
            compare += f":log_fmt=json:log_path={log}"
        clock = f"format=yuv420p,settb=1/{FPS},setpts=N"
        graph = f"[0:v]{clock}[a];[1:v]{clock}[b];[a][b]{compare}"
        command = [self._program, "-nostdin", "-hide_banner", "-i", str(encoded), *raw]
        command += ["-lavfi", graph, "-f", "null", "-"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        if self.name == "SSIM":
            (mean,) = _SSIM.findall(done.stderr)
            return float(mean), float(mean)
        report = json.loads(log.read_text())
        scores = sorted(frame["metrics"]["vmaf"] for frame in report["frames"])
        worst = scores[: max(1, len(scores) // 20)]
        return report["pooled_metrics"]["vmaf"]["mean"], sum(worst) / len(worst)
