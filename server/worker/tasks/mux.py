"""The task mux: joins segments and audio to one video, verifies it, takes the poster from them."""

from concurrent.futures import ThreadPoolExecutor

from server.files import seal
from server.media.video import muxer
from server.media.video.verify import ExpectedVideo
from server.protocol.encodings import ENCODINGS, Codec
from server.protocol.results.media import MuxedVideo
from server.protocol.tasks import Mux
from server.protocol.wire.progress import ProgressReporter


def run(task: Mux, progress: ProgressReporter) -> MuxedVideo:
    """Write the video and its poster.

    Raises:
        ToqiboxError: output_invalid, storage_full.
        DamagedFilesError: a segment or the audio has changed since it was written.
    """
    progress.stage("mux")
    segments, codec = list(task.segments), ENCODINGS[task.encoder].codec
    seal.verify([*segments, task.audio])
    loudest = min(int(task.loudest_s * task.fps), task.frames - 1)
    # Alongside: of a short video, the processes of ffmpeg take longer to start than to work.
    with ThreadPoolExecutor(1) as pool:
        poster = pool.submit(_write_poster, task, loudest, codec)
        video = muxer.mux(
            segments,
            task.audio,
            ExpectedVideo(task.frames, task.fps, *task.size, codec),
            task.out,
            muxer.Metadata(task.title, task.artist),
            progress.stage,
        )
        poster.result()
    progress.stage("poster")
    return video


def _write_poster(task: Mux, frame: int, codec: Codec) -> None:
    segment, frame = muxer.locate_frame(task.segments, frame)
    muxer.write_poster(segment, frame, task.fps, task.poster, codec)
