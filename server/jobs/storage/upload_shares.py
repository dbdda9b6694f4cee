"""Shares of the room for kept uploads, so that one client cannot displace those of all others."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from server.errors import ToqiboxError
from server.jobs.model.retry_after import DISK_FULL_S

MAX_OWN_UPLOADS = 1000
"""Uploads of one share; of more, one of its holder with the most goes."""
MAX_UPLOADS = 10_000
"""Uploads of all shares; of more, one of the share with the most goes."""


class Holder(NamedTuple):
    """The client that an upload counts for."""

    share: str
    """An API key, or a network without one."""
    owner: str = ""
    """Owner as Principal names it, which has a share of its own in that share."""


class Kept(Protocol):
    """An upload with its size and its holder."""

    @property
    def holder(self) -> Holder: ...
    @property
    def kept_bytes(self) -> int: ...
    @property
    def used_at(self) -> float: ...


KeptT = TypeVar("KeptT", bound=Kept)


def choose_removals(
    uploads: Sequence[KeptT],
    holder: Holder,
    size: int,
    limit_bytes: int,
    extended: KeptT | None = None,
) -> list[KeptT]:
    """Return the uploads that have to go so that one of `holder` fits.

    While all are too large, or too many, the largest share loses an upload; a share never displaces
    those of a smaller one. Likewise the largest holder of the share loses the one that is unused
    for the longest time.

    Args:
        uploads: all that are kept.
        holder: of the new upload.
        size: of the new upload, bytes.
        limit_bytes: maximum size of all.
        extended: one of `uploads` that grows by `size` instead, and stays.

    Raises:
        ToqiboxError: storage_full.
    """
    left = sorted(
        (upload for upload in uploads if upload is not extended), key=lambda upload: upload.used_at
    )
    own = [upload for upload in left if upload.holder.share == holder.share]
    removed = _choose(own, holder, 1, MAX_OWN_UPLOADS, lambda _: 1)
    left = [upload for upload in left if upload not in removed]
    removed += _choose(left, holder, 1, MAX_UPLOADS, lambda _: 1)
    left = [upload for upload in left if upload not in removed]
    total = size + (extended.kept_bytes if extended else 0)
    return removed + _choose(left, holder, total, limit_bytes, lambda upload: upload.kept_bytes)


def _choose(
    uploads: Sequence[KeptT], holder: Holder, size: int, limit: int, weigh: Callable[[KeptT], int]
) -> list[KeptT]:
    """Return the uploads that have to go until one of `size` fits in `limit`.

    Args:
        uploads: those that may go, unused for the longest time first.
        holder: of the new upload.
        size: of the new upload.
        limit: of all.
        weigh: returns the size of an upload.

    Raises:
        ToqiboxError: storage_full.
    """
    left, removed = list(uploads), []
    shares, holders = Counter({holder.share: size}), Counter({holder: size})
    for upload in left:
        shares[upload.holder.share] += weigh(upload)
        holders[upload.holder] += weigh(upload)
    while shares.total() > limit:
        chosen = _next(left, holder, shares, holders)
        removed.append(chosen)
        left.remove(chosen)
        shares[chosen.holder.share] -= weigh(chosen)
        holders[chosen.holder] -= weigh(chosen)
    return removed


def _next(
    left: Sequence[KeptT], holder: Holder, shares: Counter[str], holders: Counter[Holder]
) -> KeptT:
    """Return the upload that goes next.

    An upload larger than all that any holder of its share has displaces the one of the share that
    is unused for the longest time: the tokens of a key are to be able to keep one file each.

    Raises:
        ToqiboxError: storage_full: the others are of smaller shares.
    """
    own = holder.share
    candidates = [
        upload.holder.share for upload in left if shares[upload.holder.share] >= shares[own]
    ]
    if not candidates:
        raise ToqiboxError("storage_full", retry_after=DISK_FULL_S, detail="UPLOADS_KEPT_MB")
    # min() takes the first of equals: the one unused for the longest time.
    share = min(candidates, key=lambda each: (-shares[each], each != own))
    of_share = [upload for upload in left if upload.holder.share == share]
    minimum = holders[holder] if share == own else 0
    of_largest = [upload for upload in of_share if holders[upload.holder] >= minimum]
    return min(
        of_largest or of_share[:1],
        key=lambda each: (-holders[each.holder], each.holder != holder),
    )
