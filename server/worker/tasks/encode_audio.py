"""The sound task: encodes the prepared audio for the video."""

from functools import partial

from server.media.tracks import aac_encoder
from server.protocol.progress import ProgressReporter, Result
from server.protocol.tasks import EncodeAudio


def run(task: EncodeAudio, progress: ProgressReporter) -> Result:
    """Encode the audio, cut or padded to the length of the frames; return CPU `seconds`.

    Raises:
        ToqiboxError: encoder_failed, storage_full.
    """
    report = partial(progress.stage, "sound")
    report()
    outcome = aac_encoder.encode(task.audio, task.frames, task.fps, task.out, report)
    return {"seconds": outcome.cpu_s}
