"""Admission: refuses uploads while no further job can be accepted."""

from collections.abc import Callable

from server.config import Config
from server.errors import ToqiboxError
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.job import Status
from server.jobs.model.retry_after import BUSY_S, DISK_FULL_S
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.store import Store
from server.jobs.submission.refusal import invalid_field
from server.messages import message
from server.protocol.encodings import CODECS


class Admission:
    """Refuses uploads that could not be accepted, before each of their expensive steps.

    Args:
        is_draining: returns whether the server is about to stop.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        data: DataFolder,
        machine: MachineProbe,
        is_draining: Callable[[], bool],
    ) -> None:
        self._config = config
        self._store = store
        self._data = data
        self._machine = machine
        self._is_draining = is_draining

    @property
    def has_free_space(self) -> bool:
        """True if the disk has at least MIN_FREE_MB of free space."""
        return self._data.free_mb() >= self._config.min_free_mb

    def check_codec(self, codec: str) -> None:
        """Refuse a codec that no encoder of this machine opens for.

        Raises:
            ToqiboxError: invalid_parameter.
        """
        offered = self._machine.codecs
        if codec not in offered:
            title, known = CODECS[codec].title, ", ".join(offered)
            raise invalid_field("codec", message("codec_not_offered", codec=title, known=known))

    @property
    def is_draining(self) -> bool:
        """True if the server is about to stop."""
        return self._is_draining()

    def before_preview(self) -> None:
        """Refuse a preview; it needs no place in the queue.

        Raises:
            ToqiboxError: draining, not_ready, storage_full.
        """
        if self._is_draining():
            raise ToqiboxError("draining", retry_after=BUSY_S)
        self._check_machine()

    async def before_body(self) -> None:
        """Refuse an upload before its body is read.

        Raises:
            ToqiboxError: draining, not_ready, storage_full, queue_full.
        """
        self.check_draining()
        await self.before_decode()

    def check_draining(self) -> None:
        """Refuse every upload once the server is about to stop.

        Raises:
            ToqiboxError: draining.
        """
        if self._is_draining():
            raise ToqiboxError("draining", retry_after=BUSY_S)

    async def before_decode(self) -> None:
        """Refuse an upload before it is decoded: the queue may have filled up meanwhile.

        Raises:
            ToqiboxError: not_ready, storage_full, queue_full.
        """
        self._check_machine()
        if await self._store.jobs.count(Status.QUEUED) >= self._config.max_queued_exports:
            raise ToqiboxError("queue_full", retry_after=BUSY_S)

    def _check_machine(self) -> None:
        if not self.has_free_space:
            raise ToqiboxError("storage_full", retry_after=DISK_FULL_S)
        problems = self._machine.problems()
        if problems:
            raise ToqiboxError("not_ready", retry_after=BUSY_S, detail="; ".join(problems))
