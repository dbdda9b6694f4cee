"""The join task: joins segments and audio to one video, verifies it, takes the poster from it."""

from dataclasses import asdict

from server.files import seal
from server.media.video import muxer
from server.media.video.verify import ExpectedVideo
from server.protocol.encodings import ENCODINGS
from server.protocol.progress import ProgressReporter, Result
from server.protocol.tasks import Mux


def run(task: Mux, progress: ProgressReporter) -> Result:
    """Write the video and its poster.

    Returns:
        `bytes` and `sha256` of the video, and its measurements as `check`.

    Raises:
        ToqiboxError: output_invalid, storage_full.
        DamagedFilesError: a segment or the audio has changed since it was written.
    """
    progress.stage("join")
    segments, codec = list(task.segments), ENCODINGS[task.encoder].codec
    seal.verify([*segments, task.audio])
    video = muxer.mux(
        segments,
        task.audio,
        ExpectedVideo(task.frames, task.fps, *task.size, codec),
        task.out,
        muxer.Metadata(task.title, task.artist),
        progress.stage,
    )
    loudest = min(int(task.loudest_s * task.fps), task.frames - 1)
    muxer.write_poster(task.out, loudest, task.fps, task.poster, codec)
    progress.stage("poster")
    check = asdict(video.report)
    check["videoSeconds"], check["audioSeconds"] = check.pop("video_s"), check.pop("audio_s")
    check["moovFirst"] = check.pop("moov_first")
    return {"bytes": video.bytes, "sha256": video.sha256, "check": check}
