"""The task encode_audio: encodes the prepared audio, for the video or for a browser."""

from functools import partial

from server.files import seal
from server.media.tracks import aac_encoder, flac_encoder
from server.protocol.results.media import EncodedAudio
from server.protocol.tasks import EncodeAudio
from server.protocol.wire.progress import ProgressReporter


def run(task: EncodeAudio, progress: ProgressReporter) -> EncodedAudio:
    """Encode the audio to AAC, cut or padded to the length of the frames, or to FLAC.

    Raises:
        ToqiboxError: encoder_failed, storage_full.
        DamagedFilesError: the audio has changed since it was written.
    """
    seal.verify_sealed([task.audio])
    report = partial(progress.stage, "encode")
    report()
    if task.frames is None or task.fps is None:
        return EncodedAudio(seconds=flac_encoder.encode(task.audio, task.out, report))
    outcome = aac_encoder.encode(task.audio, task.frames, task.fps, task.out, report)
    return EncodedAudio(seconds=outcome.cpu_s)
