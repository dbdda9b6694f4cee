"""The API keys of a server, read again when their file changes."""

import asyncio
import logging
import time
from pathlib import Path

from server.access.api_key import ApiKey, is_secret_of, split_credentials
from server.access.key_file import KeyFileError, read_keys
from server.concurrency import run_in_thread
from server.logging_json import log_event

_LOG = logging.getLogger(__name__)
_REFRESH_S = 1.0
"""Interval at which a change of the file is noticed, while there are requests."""
_Version = tuple[int, ...] | str


class KeyRing:
    """The keys of a file.

    A file that becomes invalid, unreadable or is removed changes nothing: the last valid keys hold,
    and the log has the error.

    Args:
        path: the file.
        plans: names of the server's plans.

    Raises:
        KeyFileError: the file is not valid.
    """

    def __init__(self, path: Path, plans: tuple[str, ...]) -> None:
        self._path = path
        self._plans = plans
        self._version = _version(path)
        self._keys = read_keys(path, plans)
        self._refreshed_at = time.monotonic()
        self._refreshing = asyncio.Lock()
        self.changes = 0
        """The number of times that the keys were read again."""

    def get(self, key_id: str) -> ApiKey | None:
        """Return a key by its id; None if it is unknown or was revoked."""
        return self._keys.get(key_id)

    async def authenticate(self, credentials: str) -> ApiKey | None:
        """Return the key whose ``ID.SECRET`` the credentials are; None if they are invalid."""
        await self.refresh()
        id_and_secret = split_credentials(credentials)
        if id_and_secret is None:
            return None
        key_id, secret = id_and_secret
        key = self._keys.get(key_id)
        return key if is_secret_of(key, secret) else None

    async def refresh(self) -> None:
        """Read the file again if it has changed; look at it at most once a second."""
        if time.monotonic() < self._refreshed_at + _REFRESH_S or self._refreshing.locked():
            return
        async with self._refreshing:
            try:
                version = await run_in_thread(_version, self._path)
                if version == self._version:
                    return
                # Of a file that changes meanwhile, this is an earlier version: it is read again.
                if await self._reload() or isinstance(version, str):
                    self._version = version
            finally:
                self._refreshed_at = time.monotonic()

    async def _reload(self) -> bool:
        """Read the keys; return False if the file cannot be read now, as without descriptors."""
        try:
            self._keys = await run_in_thread(read_keys, self._path, self._plans)
        except KeyFileError as error:
            log_event(_LOG, logging.ERROR, "keys.reload_failed", why=str(error))
            return not isinstance(error.__cause__, OSError)
        self.changes += 1
        log_event(_LOG, logging.INFO, "keys.reloaded", count=len(self._keys))
        return True


def _version(path: Path) -> _Version:
    """Return what changes with every change of a file; the error if it cannot be read."""
    try:
        status = path.stat()
    except OSError as error:
        return str(error)
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
