"""The limits of requests and responses."""

from dataclasses import dataclass

from server.config import Config
from server.jobs.model.requested_effect import CUSTOM_CHAIN_BYTES
from server.jobs.submission.fields import FILE_FIELDS

MEGABYTE = 1024 * 1024
_DEFAULTS = Config()


@dataclass(frozen=True, kw_only=True)
class HttpLimits:
    """Limits of requests and responses: seconds, bytes, and bytes a second."""

    file_bytes: int = _DEFAULTS.max_upload_mb * MEGABYTE
    field_bytes: int = 64 * 1024
    parts: int = 20
    part_header_bytes: int = 8190
    uploads: int = _DEFAULTS.max_uploads
    """Uploads that may be read, on disk or being prepared at one time."""
    upload_wait_s: float = 120
    """Maximum time that a further upload waits, unread, for one of them to end."""
    upload_decode_wait_s: float = 15
    """Maximum expected time until an upload is decoded; above it, it is refused at once."""
    upload_grace_s: float = 5
    """Time in which an upload is not evicted while others wait, however slow it is."""
    upload_slow_rate: int = 65_536
    """Average rate below which an upload may be evicted for one that waits."""
    upload_poll_s: float = 0.5
    """Interval at which a waiting upload looks for one to evict."""
    upload_stall_s: float = 15
    """Maximum silence within a body."""
    upload_min_rate: int = _DEFAULTS.upload_min_rate
    upload_window_s: float = 15
    """The window, of time spent waiting for the client, over which the rate is measured."""
    upload_total_s: float = 600
    """Maximum time of a whole body."""
    linger_s: float = 60
    """Maximum time in which the rest of a refused body is drained."""
    free_space_check_bytes: int = 8 * MEGABYTE
    """Bytes of an upload after which the free disk space is checked again."""
    download_min_rate: int = 4096
    download_window_s: float = 60
    """A download that is below its minimum rate over this window is aborted."""
    response_stall_s: float = 60
    """A connection whose client reads nothing of its responses for so long is aborted."""
    cut_wait_s: float = 5
    """Maximum time in which a request waits for a cut of a track."""
    event_streams: int = 500
    """Event streams that may be open at one time; at most half of the connections."""
    event_interval_s: float = 0.25
    """Minimum time between two events of a stream."""
    event_queue_interval_s: float = 1
    """Time in which changes of the queue are collected for the streams of waiting jobs."""
    event_comment_s: float = 15
    """Maximum silence of a stream, after which a comment is sent."""
    event_write_s: float = 30
    """Maximum time in which a client accepts an event."""
    key_check_s: float = 2
    """Interval at which changed API keys are noticed for open event streams."""
    connections: int = 2048
    client_connections: int | None = None
    """Connections of one client; None for a quarter of all."""
    header_line_bytes: int = 8190
    headers: int = 128
    header_s: float = 30
    """Maximum time until the headers of the first request of a connection are complete.

    A client that opens hundreds of connections at once on a busy machine takes long to send them.
    """
    keep_alive_s: float = 75
    """Maximum time from a response until the headers of the next request are complete.

    Longer than the 60 s for which proxies keep a connection: a request that meets its end is reset.
    """
    metrics_cache_s: float = 1.0
    """Maximum age of a response of `/metrics`."""
    readiness_cache_s: float = 0.5
    """Maximum age of a response of `/ready` while no indicator has changed."""

    @property
    def body_bytes(self) -> int:
        """Maximum size of a body: all files, all fields, and the headers of the parts."""
        return len(FILE_FIELDS) * self.file_bytes + self.parts * (
            self.field_bytes + self.part_header_bytes
        )

    @classmethod
    def from_config(cls, config: Config) -> "HttpLimits":
        """Return the limits that the settings ask for."""
        return cls(
            file_bytes=config.max_upload_mb * MEGABYTE,
            uploads=config.max_uploads,
            upload_min_rate=config.upload_min_rate,
            client_connections=config.max_client_connections,
            field_bytes=CUSTOM_CHAIN_BYTES if config.allow_custom_shaders else cls.field_bytes,
        )
