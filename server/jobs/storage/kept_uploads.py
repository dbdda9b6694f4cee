"""Uploads that are kept for a while: a track or photo that several requests use.

ID/audio, ID/photo  the file as it came
ID/about.json       its kind and facts about it; its time is that of the last use
ID/cuts/            cuts of a track; see track_cut.py
ID.gone             marks an id whose file was removed; has its owner
"""

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.access.principal import Principal
from server.errors import ToqiboxError
from server.files import atomic
from server.files.disk import discard, sync_path
from server.jobs.storage.disk_errors import translate_disk_errors
from server.jobs.storage.track_cut import list_cuts, sweep_cuts
from server.jobs.storage.upload_shares import Holder, choose_removals

FILES = {"track": "audio", "photo": "photo"}
"""Names of the files by kind."""
_ABOUT, _GONE = "about.json", ".gone"
_GONE_S = 30 * 86_400
"""Time for which the id of a removed upload is known."""


@dataclass(frozen=True)
class KeptUpload:
    """An upload that is kept."""

    id: str
    kind: str
    """A key of FILES."""
    holder: Holder
    path: Path
    bytes: int
    kept_bytes: int
    """Size with its cuts."""
    facts: Mapping[str, Any]
    """Facts about it, as JSON."""
    used_at: float
    """Seconds since 1970."""

    @property
    def owner(self) -> str:
        """Owner as Principal names it."""
        return self.holder.owner


class KeptUploads:
    """The kept uploads of a data folder; every method blocks.

    A folder is complete when it has its name: it is renamed from the spool. An upload that is used
    is linked, so that its removal later hurts nobody.

    Args:
        root: folder of the uploads, created when it is needed.
        ttl_s: seconds from the last use to the removal.
        limit_bytes: maximum size of all of them; upload_shares.py chooses those that go.
    """

    def __init__(self, root: Path, ttl_s: int, limit_bytes: int) -> None:
        self._root = root
        self.ttl_s = ttl_s
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()

    def keep(
        self, kind: str, folder: Path, facts: Mapping[str, Any], owner: str, share: str = ""
    ) -> KeptUpload:
        """Keep the file in a spool folder, whose name becomes its id; other files are removed.

        Raises:
            ToqiboxError: storage_full, also for a file larger than all may be together; not_ready.
        """
        path = folder / FILES[kind]
        size = path.stat().st_size
        about = {"kind": kind, "owner": owner, "share": share, "bytes": size, "facts": dict(facts)}
        with translate_disk_errors():
            for other in folder.iterdir():
                if other != path:
                    discard(other)
            with atomic.atomic_write(folder / _ABOUT) as file:
                file.write(json.dumps(about).encode())
        with self.room(Holder(share, owner), size):
            self._root.mkdir(mode=0o700, exist_ok=True)
            folder.rename(self._root / folder.name)
            sync_path(self._root)
            kept = self._read(self._root / folder.name)
        assert kept is not None, "it was written above"
        return kept

    @contextmanager
    def room(self, holder: Holder, size: int, extended: KeptUpload | None = None) -> Iterator[None]:
        """Make room for an upload, and keep others from changing the uploads meanwhile.

        Args:
            holder: of the upload.
            size: bytes that are added.
            extended: the upload that they are added to; None for a new one.

        Raises:
            ToqiboxError: storage_full; upload_expired if `extended` was removed.
        """
        with self._lock, translate_disk_errors():
            uploads = list(self._all())
            if extended is not None:
                extended = next((kept for kept in uploads if kept.id == extended.id), None)
                if extended is None:
                    raise ToqiboxError("upload_expired")
            for upload in choose_removals(uploads, holder, size, self._limit_bytes, extended):
                self._remove(upload)
            yield

    def of(self, sender: Principal) -> "OwnUploads":
        """Return the uploads that a sender sees."""
        return OwnUploads(self, sender)

    def find(self, kind: str, upload_id: str, sender: Principal) -> KeptUpload:
        """Return an upload of a sender; this is not a use.

        Raises:
            ToqiboxError: not_found if the sender never had one, upload_expired.
        """
        gone = self._root / f"{upload_id}{_GONE}"
        with suppress(FileNotFoundError):
            raise ToqiboxError("upload_expired" if sender.owns(gone.read_text()) else "not_found")
        upload = self._read(self._root / upload_id)
        if upload is None or upload.kind != kind or not sender.owns(upload.owner):
            raise ToqiboxError("not_found")
        if upload.used_at + self.ttl_s < time.time():
            raise ToqiboxError("upload_expired")
        return upload

    def link(self, upload: KeptUpload, target: Path) -> None:
        """Make the file of an upload appear as `target` too, and count this as a use.

        Raises:
            ToqiboxError: upload_expired: it was removed.
        """
        try:
            os.link(upload.path, target)
        except FileNotFoundError:
            raise ToqiboxError("upload_expired") from None
        self.mark_used(upload)

    def mark_used(self, upload: KeptUpload) -> None:
        """Count now as the last use of an upload.

        Raises:
            ToqiboxError: upload_expired: it was removed.
        """
        try:
            os.utime(upload.path.with_name(_ABOUT))
        except FileNotFoundError:
            raise ToqiboxError("upload_expired") from None

    def discard(self, upload: KeptUpload) -> None:
        """Remove an upload."""
        with self._lock:
            self._remove(upload)

    def sweep(self) -> None:
        """Remove the uploads that nobody has used in time, and what a removal has left behind."""
        now = time.time()
        with self._lock:
            for path in self._root.glob("*"):
                if path.suffix == _GONE:
                    with suppress(FileNotFoundError):
                        discard(self._root / path.stem)
                        if path.stat().st_mtime + _GONE_S < now:
                            path.unlink()
            for upload in list(self._all()):
                if upload.used_at + self.ttl_s < now:
                    self._remove(upload)
                else:
                    sweep_cuts(upload.path.parent)

    def _remove(self, upload: KeptUpload) -> None:
        with suppress(OSError):  # on a full disk its id is forgotten
            (self._root / f"{upload.id}{_GONE}").write_text(upload.owner)
        discard(self._root / upload.id)

    def _all(self) -> Iterator[KeptUpload]:
        for path in self._root.glob("*"):
            if path.suffix != _GONE and (upload := self._read(path)) is not None:
                yield upload

    def _read(self, folder: Path) -> KeptUpload | None:
        about = folder / _ABOUT
        try:
            content = json.loads(about.read_bytes())
            used_at = about.stat().st_mtime
            path = folder / FILES[content["kind"]]
            return KeptUpload(
                id=folder.name,
                kind=content["kind"],
                holder=Holder(content.get("share", ""), content["owner"]),
                path=path,
                bytes=content["bytes"],
                kept_bytes=content["bytes"] + sum(cut.bytes for cut in list_cuts(folder)),
                facts=content["facts"],
                used_at=used_at,
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True)
class OwnUploads:
    """The kept uploads of one sender; every method blocks."""

    _uploads: KeptUploads
    _sender: Principal

    @property
    def are_of_a_key(self) -> bool:
        """False on a server without keys, where the uploads of all are everybody's."""
        return self._sender.key is not None

    def get(self, kind: str, upload_id: str) -> KeptUpload:
        """Return an upload; this is not a use.

        Raises:
            ToqiboxError: not_found, the same for an id that never was and one of another sender;
                upload_expired.
        """
        return self._uploads.find(kind, upload_id, self._sender)

    def link(self, kind: str, upload_id: str, target: Path) -> None:
        """Make the file of an upload appear as `target` too, and count this as a use.

        Raises:
            ToqiboxError: see get.
        """
        self._uploads.link(self.get(kind, upload_id), target)

    def remove(self, kind: str, upload_id: str) -> None:
        """Remove an upload; can be repeated.

        Raises:
            ToqiboxError: not_found.
        """
        try:
            self._uploads.discard(self.get(kind, upload_id))
        except ToqiboxError as error:
            if error.code != "upload_expired":
                raise
