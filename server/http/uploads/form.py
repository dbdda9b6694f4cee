"""The form of an export, read from the socket into a spool folder."""

import errno
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from aiohttp import HttpVersion11, web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.http.limits import MEGABYTE, HttpLimits
from server.http.uploads.body import Body, too_large
from server.http.uploads.multipart import MultipartReader, parse_boundary
from server.jobs.model.retry_after import DISK_FULL_S
from server.jobs.storage.data_folder import sync_folder
from server.jobs.submission.fields import FILE_FIELDS, REQUIRED_FILES, check_name
from server.jobs.submission.refusal import invalid_field
from server.messages import message

T = TypeVar("T")
TextChecker = Callable[[str, str], Awaitable[None]]
"""Receives the name and the text of a field, and raises if it is wrong; reading waits for it."""
_DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNDECODABLE = {
    "audio": "undecodable_audio",
    "photo": "undecodable_image",
    "photo2": "undecodable_image",
}


class FreeSpaceGuard:
    """Checks the free disk space at intervals, because a body may grow for minutes.

    Args:
        has_space: returns whether the disk has space for more.
        interval_bytes: bytes between two checks.
    """

    def __init__(self, has_space: Callable[[], bool], interval_bytes: int) -> None:
        self._has_space = has_space
        self._interval_bytes = interval_bytes
        self._unchecked_bytes = 0

    def reserve(self, count: int) -> None:
        """Account for `count` bytes that are about to be written.

        Raises:
            ToqiboxError: storage_full.
        """
        self._unchecked_bytes += count
        if self._unchecked_bytes >= self._interval_bytes:
            self._unchecked_bytes = 0
            if not self._has_space():
                raise ToqiboxError("storage_full", retry_after=DISK_FULL_S, detail="MIN_FREE_MB")


@dataclass(frozen=True)
class FormChecks:
    """The checks of a form while it is read."""

    text: TextChecker
    free_space: FreeSpaceGuard
    on_received: Callable[[int, float], None] = lambda _count, _seconds: None
    """Called with the bytes of each chunk of the body, and with the seconds of waiting for it."""


def check_headers(request: web.Request, limits: HttpLimits) -> bytes:
    """Refuse a form whose headers alone are wrong; return its boundary.

    Raises:
        ToqiboxError: unsupported_content_type, unsupported_content_encoding,
            malformed_multipart, body_too_large.
    """
    boundary = parse_boundary(request.headers.get("Content-Type", ""))
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise ToqiboxError("unsupported_content_encoding")
    if (request.content_length or 0) > limits.body_bytes:
        raise too_large(limits)
    return boundary


async def withhold_100_continue(request: web.Request) -> None:
    """Handle `Expect` by sending nothing: the request has to be checked first."""


async def send_100_continue(request: web.Request) -> None:
    """Send 100 Continue to a client that waits for it (RFC 9110 section 10.1.1)."""
    expected = request.headers.get("Expect", "").lower() == "100-continue"
    if expected and request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The writer must not count these bytes as the beginning of the response.
        request.writer.output_size = 0


async def read_form(
    request: web.Request, boundary: bytes, folder: Path, limits: HttpLimits, checks: FormChecks
) -> frozenset[str]:
    """Read the whole form, its files into `folder`, and return the names of the files.

    Each file gets the name of its field; the file names of the client are never used. A text field
    is checked when it arrives: if it is wrong and comes before the files, they are not even sent.

    Raises:
        ToqiboxError: what is wrong with the form, its size, its rate or a field.
    """
    seen_names: set[str] = set()
    files: set[str] = set()
    body = Body(request.content, limits, checks.on_received)
    reader = MultipartReader(boundary, body.read, limits)
    while (name := await reader.next_part()) is not None:
        check_name(name)
        if name in seen_names:
            raise ToqiboxError("duplicate_field", field=name, name=name)
        seen_names.add(name)
        if name in FILE_FIELDS:
            path = folder / name
            if await _save_file(reader, SpoolFile(path, checks.free_space), name, limits):
                files.add(name)
            else:
                path.unlink()
        else:
            await checks.text(name, await _read_text(reader, name, limits))
    for name in REQUIRED_FILES:
        if name not in files:
            raise ToqiboxError("missing_field", field=name, name=name)
    await run_in_thread(sync_folder, folder)
    return frozenset(files)


async def _read_text(reader: MultipartReader, name: str, limits: HttpLimits) -> str:
    content = bytearray()
    async for chunk in reader.chunks():
        content += chunk
        if len(content) > limits.field_bytes:
            raise invalid_field(name, message("bytes", most=limits.field_bytes))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise invalid_field(name, message("utf8")) from None


async def _save_file(
    reader: MultipartReader, file: "SpoolFile", name: str, limits: HttpLimits
) -> bool:
    """Write the current part to `file`; return False for a file input without a chosen file."""
    size = 0
    try:
        async for chunk in reader.chunks():
            size += len(chunk)
            if size > limits.file_bytes:
                limit = f"{limits.file_bytes // MEGABYTE} MB"
                raise ToqiboxError("file_too_large", field=name, name=name, limit=limit)
            await run_in_thread(file.write, chunk)
        if size == 0 and reader.has_empty_filename:
            return False
        if size == 0:
            why = message("file_empty")
            raise ToqiboxError(_UNDECODABLE[name], field=name, detail="empty", why=why)
        await run_in_thread(file.sync)
        return True
    finally:
        file.close()


class SpoolFile:
    """A new file, readable only by this user, and never opened through a link.

    Raises:
        ToqiboxError: storage_full, from each method.
    """

    def __init__(self, path: Path, free_space: FreeSpaceGuard) -> None:
        self._free_space = free_space
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self.descriptor = _translate_disk_full(partial(os.open, path, flags, 0o600))

    def write(self, data: bytes) -> None:
        self._free_space.reserve(len(data))
        left = memoryview(data)
        while left:
            left = left[_translate_disk_full(partial(os.write, self.descriptor, left)) :]

    def sync(self) -> None:
        _translate_disk_full(partial(os.fsync, self.descriptor))

    def close(self) -> None:
        os.close(self.descriptor)


def _translate_disk_full(call: Callable[[], T]) -> T:
    try:
        return call()
    except OSError as error:
        if error.errno in _DISK_FULL_ERRNOS:
            raise ToqiboxError(
                "storage_full", retry_after=DISK_FULL_S, detail=str(error)
            ) from error
        raise
