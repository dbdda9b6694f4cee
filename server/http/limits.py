"""How much, how long and how slow a client may be, as one value."""

from dataclasses import dataclass

from server.config import Config
from server.jobs.submission.fields import FILE_FIELDS

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class HttpLimits:
    """Limits of requests and answers. Times in seconds, sizes in bytes, rates in bytes a second."""

    file_bytes: int = 50 * MEGABYTE
    field_bytes: int = 64 * 1024
    parts: int = 20
    part_header_bytes: int = 8190
    uploads: int = 32
    """Uploads that are read, on disk or being prepared at one time."""
    upload_wait_s: float = 120
    """How long a further upload waits, unread, for one of them to end."""
    upload_decode_wait_s: float = 15
    """An upload that would be decoded later than in so many seconds is refused at once."""
    upload_grace_s: float = 5
    """How long an upload keeps its place while others wait, however slow it is."""
    upload_slow_rate: int = 65_536
    """Average rate below which an upload gives way to one that waits."""
    upload_poll_s: float = 0.5
    """How often one that waits looks for an upload that should give way."""
    upload_stall_s: float = 15
    """Longest silence within a body."""
    upload_min_rate: int = 8192
    upload_window_s: float = 15
    """The rate is that of the last so many seconds spent waiting for the client."""
    upload_total_s: float = 600
    """Longest a body may take in all."""
    linger_s: float = 60
    """How long the rest of a refused body is read and dropped, so that the client hears why."""
    free_space_check_bytes: int = 8 * MEGABYTE
    """After so many bytes of an upload the free disk is looked at again."""
    download_min_rate: int = 4096
    download_window_s: float = 60
    """A download that moved less than the rate over this time is cut."""
    connections: int = 2048
    header_s: float = 15
    """Longest an idle connection, or one with unfinished headers, stays open."""
    readiness_cache_s: float = 0.5
    """How old an answer of `/ready` may be while nothing is known to have changed."""

    @property
    def body_bytes(self) -> int:
        """All files, and room for the fields and what is between the parts."""
        return len(FILE_FIELDS) * self.file_bytes + self.parts * (
            self.field_bytes + self.part_header_bytes
        )

    @classmethod
    def from_config(cls, config: Config) -> "HttpLimits":
        """The limits that the settings ask for."""
        return cls(
            file_bytes=config.max_upload_mb * MEGABYTE,
            uploads=config.max_uploads,
            upload_min_rate=config.upload_min_rate,
        )
