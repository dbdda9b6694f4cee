"""Features of decoded tracks, computed once and shared with jobs."""

import os
from contextlib import suppress
from pathlib import Path

from server.concurrency import run_in_thread
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import Timeouts
from server.jobs.previews.media_cache import MediaCache
from server.jobs.previews.shared_work import SharedWork
from server.jobs.previews.upload_decoder import DecodedUpload
from server.jobs.scheduling import plan
from server.jobs.storage.data_folder import DataFolder, features_name
from server.jobs.submission.upload_tasks import run_upload_task
from server.process.sandbox import Limits
from server.protocol import file_names
from server.protocol.tasks import Analyse

_LIMITS = Limits(memory_bytes=3_000_000_000, cpu_s=120, niceness=4)
_TIMEOUTS = Timeouts(idle_s=60, total_s=120)


class TrackAnalyser:
    """Computes the features of tracks that an UploadDecoder has decoded.

    Args:
        machine: analyses.
        data: has the features that jobs have computed.
        cache: keeps the decoded tracks, each with its features.
        work: analyses each track for all who wait for it.
    """

    def __init__(
        self, machine: MachineProbe, data: DataFolder, cache: MediaCache, work: SharedWork
    ) -> None:
        self._machine = machine
        self._data = data
        self._cache = cache
        self._work = work

    async def analyse(
        self,
        track: DecodedUpload,
        request_id: str,
        *,
        whole: bool,
        tempo: float | None = None,
        for_player: bool = False,
    ) -> Path:
        """Return the folder of the features of a track, computed if they are missing.

        Features that a job has computed are used, and a job that follows uses these.

        Args:
            track: an entry that is kept meanwhile.
            request_id: for the log.
            whole: see Analyse; `tempo` and `for_player` too.

        Raises:
            ToqiboxError: not_ready, storage_full, undecodable_audio.
        """
        assert track.result.audio is not None, "it is a track"
        name = features_name(track.result.audio.sha256, tempo)
        features, shared = track.folder / name, self._data.features / name

        def is_complete() -> bool:
            return plan.has_features(features, whole=whole, for_player=for_player)

        async def compute() -> None:
            with self._cache.hold(track.folder.name):
                async with self._cache.lock(track.folder.name):
                    if not is_complete():
                        await run_in_thread(_link_files, shared, features)
                    if not is_complete():
                        task = Analyse(
                            audio=track.folder / file_names.AUDIO,
                            out=features,
                            whole=whole,
                            tempo=tempo,
                            for_player=for_player,
                        )
                        await run_upload_task(self._machine, task, _TIMEOUTS, _LIMITS, request_id)
                        await run_in_thread(_link_files, features, shared)
                await self._cache.shrink()

        if not await run_in_thread(is_complete):
            key = f"{track.folder.name}/{name}/{whole}/{for_player}"
            await self._work.do(key, compute)
        return features


def _link_files(source: Path, target: Path) -> None:
    """Make the complete files of a folder appear in another one too; those that it has stay.

    Nothing happens where it fails: the caller then computes what is missing.
    """
    with suppress(OSError):
        names = [path.name for path in source.iterdir() if path.suffix != ".part"]
        target.mkdir(mode=0o700, exist_ok=True)
        for name in sorted(names, key=lambda name: not name.endswith(".sum")):  # seals first
            with suppress(FileExistsError):
                os.link(source / name, target / name)
