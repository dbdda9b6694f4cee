"""Makes cuts of kept tracks: decodes and analyses a part once, for all requests."""

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from server.concurrency import run_in_thread, uninterrupted
from server.config import Config
from server.errors import ToqiboxError
from server.files.disk import discard
from server.jobs.cuts.cut_progress import CutProgress, CutStep
from server.jobs.cuts.cut_request import CutRequest
from server.jobs.execution.fair_queue import FairQueue, QueueLimits
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import Timeouts
from server.jobs.model.retry_after import BUSY_S, DISK_FULL_S
from server.jobs.previews.previews import Previews
from server.jobs.storage.data_folder import DataFolder, features_name
from server.jobs.storage.kept_cuts import KeptCuts
from server.jobs.storage.kept_uploads import FILES, KeptUpload, KeptUploads
from server.jobs.storage.track_cut import FILES as CUT_FILES
from server.jobs.storage.track_cut import TrackCut
from server.jobs.submission.admission import Admission
from server.jobs.submission.upload_tasks import run_upload_task
from server.logging_json import log_event
from server.process.sandbox import Limits
from server.protocol import file_names
from server.protocol.prepared_audio import SAMPLE_RATE
from server.protocol.results.media import DecodedAudio
from server.protocol.tasks import EncodeAudio

_LOG = logging.getLogger(__name__)
MAX_OWN = 2
"""Cuts that are made or wait for one share at a time."""
_MAX_WAIT_S = 60.0
_ABANDONED_S = 30.0
"""A cut that was not requested again in this time is not begun."""
_KEPT_ERROR_S = 60.0
"""Time for which the error of a cut is kept for the next request."""
_BYTES_PER_S = 1_100_000
"""Disk space for a second of a cut: prepared audio, spectra, levels, columns and FLAC."""
_ENCODE_LIMITS = Limits(memory_bytes=1_000_000_000, cpu_s=60, file_bytes=1_000_000_000, niceness=4)
_ENCODE_TIMEOUTS = Timeouts(idle_s=60, total_s=60)


@dataclass
class _Making:
    """A cut that is being made."""

    share: str
    progress: CutProgress
    requested_at: float = field(default_factory=time.monotonic)
    task: "asyncio.Task[TrackCut] | None" = None

    @property
    def is_active(self) -> bool:
        return self.task is not None and not self.task.done()


class CutMaker:
    """Makes cuts one at a time, with a lower priority than exports and apart from previews.

    Args:
        config: the settings.
        data: the data folder.
        machine: decodes, analyses and encodes.
        admission: refuses cuts while none could be made.
        uploads: the tracks.
        previews: decode and analyse the same parts.
    """

    def __init__(
        self,
        config: Config,
        data: DataFolder,
        machine: MachineProbe,
        admission: Admission,
        uploads: KeptUploads,
        previews: Previews,
    ) -> None:
        self._config = config
        self._data = data
        self._machine = machine
        self._admission = admission
        self._uploads = uploads
        self._decoder, self._analyser = previews.decoder, previews.analyser
        self.kept = KeptCuts(uploads)
        self._queue = FairQueue(
            QueueLimits(max_wait_s=_MAX_WAIT_S), initial_s=5.0, max_counted_s=120.0
        )
        self._makings: dict[tuple[str, int, int], _Making] = {}

    @property
    def is_busy(self) -> bool:
        """True while a cut is being made."""
        return self._queue.is_in_use

    async def get(
        self, track: KeptUpload, request: CutRequest, share: str, request_id: str, wait_s: float
    ) -> TrackCut | CutProgress:
        """Return a cut, or its progress if it is not finished within `wait_s`.

        Args:
            track: a track of the sender.
            request: the part.
            share: of the sender in the queue; see FairQueue.
            request_id: for the log.
            wait_s: maximum wait in seconds.

        Raises:
            ToqiboxError: upload_expired, undecodable_audio; rate_limited, draining, not_ready,
                storage_full.
        """
        key = (track.id, *request.samples)
        making = self._makings.get(key)
        if making is None:
            cut = await run_in_thread(self.kept.find, track, request.samples)
            if cut is not None:
                return cut
            making = self._makings.get(key) or self._begin(key, track, request, share, request_id)
        making.requested_at = time.monotonic()
        assert making.task is not None, "it was begun"
        await asyncio.wait((making.task,), timeout=wait_s)
        if not making.task.done():
            return making.progress
        if self._makings.get(key) is making:
            del self._makings[key]
        return _result(making.task)

    async def stop(self) -> None:
        """End all work."""
        tasks = [making.task for making in self._makings.values() if making.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self,
        key: tuple[str, int, int],
        track: KeptUpload,
        request: CutRequest,
        share: str,
        request_id: str,
    ) -> _Making:
        active = [making for making in self._makings.values() if making.is_active]
        if sum(making.share == share for making in active) >= MAX_OWN:
            detail = f"{MAX_OWN} cuts of the client are being made"
            raise ToqiboxError("rate_limited", retry_after=BUSY_S, detail=detail)
        self._admission.before_preview()
        first, samples = request.samples
        progress = CutProgress((first + samples) / SAMPLE_RATE, samples / SAMPLE_RATE)
        making = self._makings[key] = _Making(share, progress)
        making.task = asyncio.create_task(self._make(making, track, request, request_id))
        making.task.add_done_callback(lambda task: self._end(key, making, task))
        return making

    def _end(
        self, key: tuple[str, int, int], making: _Making, task: "asyncio.Task[TrackCut]"
    ) -> None:
        """Forget a cut that is kept now; keep an error for the next request for a while."""

        def forget() -> None:
            if self._makings.get(key) is making:
                del self._makings[key]

        # exception() marks an error as retrieved: there may be no further request.
        if task.cancelled() or task.exception() is None:
            forget()
        else:
            asyncio.get_running_loop().call_later(_KEPT_ERROR_S, forget)

    async def _make(
        self, making: _Making, track: KeptUpload, request: CutRequest, request_id: str
    ) -> TrackCut:
        async with self._queue.acquire(making.share):
            if time.monotonic() - making.requested_at > _ABANDONED_S:
                detail = "the cut was not requested again"
                raise ToqiboxError("rate_limited", retry_after=BUSY_S, detail=detail)
            self._admission.before_preview()
            self._check_space(request)
            began, folder = time.monotonic(), self._data.new_spool()
            try:
                cut = await self._make_in(folder, making.progress, track, request, request_id)
            except OSError as error:
                raise ToqiboxError(
                    "storage_full", retry_after=DISK_FULL_S, detail=str(error)
                ) from error
            finally:
                await uninterrupted(run_in_thread(discard, folder))
                self._data.release(folder)
        log_event(
            _LOG,
            logging.INFO,
            "cut.made",
            request=request_id,
            cut=cut.id,
            seconds=cut.samples / SAMPLE_RATE,
            bytes=cut.bytes,
            ms=round((time.monotonic() - began) * 1000),
        )
        return cut

    async def _make_in(
        self,
        folder: Path,
        progress: CutProgress,
        track: KeptUpload,
        request: CutRequest,
        request_id: str,
    ) -> TrackCut:
        """Make a cut in a spool folder, then move it to its track."""
        audio, made = folder / FILES["track"], folder / "cut"
        await run_in_thread(self._uploads.link, track, audio)
        async with AsyncExitStack() as stack:
            progress.begin(CutStep.DECODE)
            decoded = await self._decoder.open_track(
                stack, audio, request.part, request_id, with_cover=False
            )
            assert decoded.result.audio is not None, "a track was decoded"
            await run_in_thread(self._uploads.mark_used, track)  # unless it was removed
            progress.begin(CutStep.ANALYSE)
            features = await self._analyser.analyse(
                decoded, request_id, whole=True, for_player=True
            )
            await run_in_thread(self._uploads.mark_used, track)
            progress.begin(CutStep.ENCODE)
            await run_in_thread(made.mkdir, 0o700)
            task = EncodeAudio(
                audio=decoded.folder / file_names.AUDIO, out=made / file_names.LOSSLESS_AUDIO
            )
            await run_upload_task(self._machine, task, _ENCODE_TIMEOUTS, _ENCODE_LIMITS, request_id)
            cut = await run_in_thread(_collect, made, features, decoded.result.audio, request)
        return await uninterrupted(run_in_thread(self.kept.keep, track, cut))

    def _check_space(self, request: CutRequest) -> None:
        """Refuse a cut that would leave less free space than MIN_FREE_MB.

        Raises:
            ToqiboxError: storage_full.
        """
        needed_mb = request.samples[1] / SAMPLE_RATE * _BYTES_PER_S / 1_000_000
        if self._data.free_mb() - needed_mb < self._config.min_free_mb:
            raise ToqiboxError("storage_full", retry_after=DISK_FULL_S)


def _result(task: "asyncio.Task[TrackCut]") -> TrackCut:
    """Return the cut of a finished task.

    Raises:
        ToqiboxError: its error, or draining if it was cancelled.
    """
    if task.cancelled():
        raise ToqiboxError("draining", retry_after=BUSY_S)
    return task.result()


def _collect(folder: Path, features: Path, audio: DecodedAudio, request: CutRequest) -> TrackCut:
    """Link the features of a cut into its folder, and return the cut."""
    for name in CUT_FILES:
        if name != file_names.LOSSLESS_AUDIO:
            (folder / name).hardlink_to(features / name)
    return TrackCut(
        id=features_name(audio.sha256),
        folder=folder,
        ranges=(request.samples,),
        samples=audio.samples,
        loudest_s=audio.loudest_s,
        bytes=sum((folder / name).stat().st_size for name in CUT_FILES),
    )
