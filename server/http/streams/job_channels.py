"""Channels: the changes of each job that is followed, described once for all of its streams."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from server.http.responses import encode_json
from server.http.streams.stream_places import OpenStream
from server.jobs.job_object import job_to_json
from server.jobs.model.job import Job, Status
from server.jobs.model.job_events import JobChange
from server.jobs.service import Service


class Description(NamedTuple):
    """The job object of one version of a job."""

    version: int
    status: Status
    body: bytes
    """JSON, on one line."""
    place: int | None
    """Its place in the queue; None if it does not wait."""


class JobChannel:
    """The streams of one job."""

    def __init__(self, service: Service, job: Job) -> None:
        self._service = service
        self._job = job
        self._descriptions: dict[str, Description] = {}
        """Those since the last change, by language."""
        self._changes = 0
        self._lock = asyncio.Lock()
        self.streams: set[OpenStream] = set()
        self.is_queued = job.status is Status.QUEUED
        """True if its place in the queue may change."""
        self.sent_places: set[int | None] = set()
        """Places in the queue that any stream was sent: they are not part of a version."""

    async def describe(self, language: str) -> Description:
        """Return the current description, read from the table once for all streams."""
        async with self._lock:
            known = self._descriptions.get(language)
            if known is not None:
                return known
            changes = self._changes
            view = await self._service.view(self._job, language)
            self.is_queued = view.job.status is Status.QUEUED
            body = encode_json(job_to_json(view))
            description = Description(view.job.version, view.job.status, body, view.position)
            if changes == self._changes:
                self._descriptions[language] = description
            return description

    def wake(self) -> None:
        """Let every stream read the job again."""
        self._changes += 1
        self._descriptions.clear()
        for stream in self.streams:
            stream.wake.set()


class JobChannels:
    """Listens to the changes of jobs for the streams that follow one.

    Args:
        service: describes the jobs.
        queue_interval_s: after a change of the queue, the time until the jobs in it are described
            again: the places of many change together.
    """

    def __init__(self, service: Service, queue_interval_s: float) -> None:
        self._service = service
        self._queue_interval_s = queue_interval_s
        self._channels: dict[str, JobChannel] = {}
        self._processing: set[str] = set()
        self._queue_timer: asyncio.TimerHandle | None = None
        self._unsubscribe = service.events.subscribe(self._on_change)

    def close(self) -> None:
        """Listen no longer."""
        self._unsubscribe()
        if self._queue_timer is not None:
            self._queue_timer.cancel()

    @contextmanager
    def follow(self, job: Job, stream: OpenStream) -> Iterator[JobChannel]:
        """Wake `stream` at each change of a job, until the end of the block.

        The channel of a waiting job outlives its streams, for clients that connect again.
        """
        channel = self._channels.setdefault(job.id, JobChannel(self._service, job))
        channel.streams.add(stream)
        try:
            yield channel
        finally:
            channel.streams.discard(stream)
            self._drop_unused(job.id)

    def _on_change(self, change: JobChange) -> None:
        channel = self._channels.get(change.job_id)
        if channel is not None:
            channel.is_queued = change.status is Status.QUEUED
            channel.wake()
            self._drop_unused(change.job_id)
        if self._moves_queue(change) and self._channels and self._queue_timer is None:
            loop = asyncio.get_running_loop()
            self._queue_timer = loop.call_later(self._queue_interval_s, self._wake_queued)

    def _drop_unused(self, job_id: str) -> None:
        channel = self._channels.get(job_id)
        if channel is not None and not channel.streams and not channel.is_queued:
            del self._channels[job_id]

    def _moves_queue(self, change: JobChange) -> bool:
        """Return whether a change may move other jobs: one joins, begins or ends."""
        if change.status is not Status.PROCESSING:
            self._processing.discard(change.job_id)
            return True
        has_begun = change.job_id not in self._processing
        self._processing.add(change.job_id)
        return has_begun

    def _wake_queued(self) -> None:
        self._queue_timer = None
        for channel in self._channels.values():
            if channel.is_queued:
                channel.wake()
