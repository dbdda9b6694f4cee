"""The task mux: joins segments and audio to one video, verifies it, takes the poster from it."""

from server.files import seal
from server.media.video import muxer
from server.media.video.verify import ExpectedVideo
from server.protocol.encodings import ENCODINGS
from server.protocol.progress import ProgressReporter
from server.protocol.results.media import MuxedVideo
from server.protocol.tasks import Mux


def run(task: Mux, progress: ProgressReporter) -> MuxedVideo:
    """Write the video and its poster.

    Raises:
        ToqiboxError: output_invalid, storage_full.
        DamagedFilesError: a segment or the audio has changed since it was written.
    """
    progress.stage("mux")
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
    return video
