"""The analyse task: writes the features of a track once, for all segments."""

from functools import partial

from server.audio import features, player_features
from server.effects.model.feature import STEP_FEATURES
from server.files import seal
from server.protocol.results.media import AnalysedAudio
from server.protocol.tasks import Analyse
from server.protocol.wire.progress import ProgressReporter


def run(task: Analyse, progress: ProgressReporter) -> AnalysedAudio:
    """Write the features that do not exist yet.

    Raises:
        ToqiboxError: storage_full, undecodable_audio.
        DamagedFilesError: the audio has changed since it was written.
    """
    seal.verify_sealed([task.audio])
    report = partial(progress.stage, "analyse")
    report()
    seconds = features.analyse(
        task.audio, task.out, whole=task.whole, tempo=task.tempo, on_progress=report
    )
    if task.for_player:
        player_features.write_files(task.out, STEP_FEATURES)
    return AnalysedAudio(seconds=seconds)
