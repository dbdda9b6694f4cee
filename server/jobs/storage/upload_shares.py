"""Shares of the room for kept uploads, so that one client cannot displace those of all others."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from server.errors import ToqiboxError
from server.jobs.model.retry_after import DISK_FULL_S

MAX_UPLOADS = 1000
"""Uploads of one share; of more, the one unused for the longest time goes."""


class Kept(Protocol):
    """An upload with its size and its share."""

    @property
    def share(self) -> str: ...
    @property
    def kept_bytes(self) -> int: ...
    @property
    def used_at(self) -> float: ...


KeptT = TypeVar("KeptT", bound=Kept)


def choose_removals(
    uploads: Sequence[KeptT], share: str, size: int, limit_bytes: int, extended: KeptT | None = None
) -> list[KeptT]:
    """Return the uploads that have to go so that one of `share` fits.

    While all are too large, the largest share loses its upload that is unused for the longest time;
    a share never displaces those of a smaller one.

    Args:
        uploads: all that are kept.
        share: of the new upload.
        size: of the new upload, bytes.
        limit_bytes: maximum size of all.
        extended: one of `uploads` that grows by `size` instead, and stays.

    Raises:
        ToqiboxError: storage_full.
    """
    removable = sorted(
        (upload for upload in uploads if upload is not extended), key=lambda upload: upload.used_at
    )
    own = [upload for upload in removable if upload.share == share]
    excess = len(own) + 1 - MAX_UPLOADS
    removed = own[: max(0, excess)]
    left = [upload for upload in removable if upload not in removed]
    sizes: Counter[str] = Counter({share: size + (extended.kept_bytes if extended else 0)})
    for upload in left:
        sizes[upload.share] += upload.kept_bytes
    while sizes.total() > limit_bytes:
        candidates = [upload for upload in left if sizes[upload.share] >= sizes[share]]
        if not candidates:
            raise ToqiboxError("storage_full", retry_after=DISK_FULL_S, detail="UPLOADS_KEPT_MB")
        # min() takes the first of equals: the one unused for the longest time.
        chosen = min(candidates, key=lambda each: (-sizes[each.share], each.share != share))
        removed.append(chosen)
        left.remove(chosen)
        sizes[chosen.share] -= chosen.kept_bytes
    return removed
