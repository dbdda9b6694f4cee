"""A form with files, read from the socket into a spool folder."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from server.concurrency import run_in_thread
from server.errors import ToqiboxError
from server.files.disk import sync_path
from server.http.limits import MEGABYTE, HttpLimits
from server.http.uploads.body import Body, too_large
from server.http.uploads.form_digest import FormDigest
from server.http.uploads.multipart import MultipartReader, parse_boundary
from server.http.uploads.spool_file import (
    UNLIMITED,
    FileSink,
    FreeSpaceGuard,
    HashedFile,
    SpoolFile,
)
from server.jobs.storage.disk_errors import translate_disk_errors
from server.jobs.submission.fields import FILE_FIELDS, UNDECODABLE, check_name
from server.jobs.submission.refusal import invalid_field
from server.messages import message

TextChecker = Callable[[str, str], Awaitable[None]]
"""Receives the name and the text of a field, and raises if it is wrong; reading waits for it."""


async def _accept_text(_name: str, _text: str) -> None:
    """Accept any text."""


@dataclass(frozen=True)
class FormFields:
    """The fields of a form."""

    files: tuple[str, ...]
    """Names of the files; all others are texts."""
    required: tuple[str, ...]
    """Files without which the form is incomplete."""
    check_name: Callable[[str], None]
    """Refuses an unknown field."""


EXPORT_FIELDS = FormFields(FILE_FIELDS, (), check_name)


@dataclass(frozen=True)
class FormChecks:
    """The checks of a form while it is read."""

    text: TextChecker = _accept_text
    free_space: FreeSpaceGuard = UNLIMITED
    on_received: Callable[[int, float], None] = lambda _count, _seconds: None
    """Called with the bytes of each chunk of the body, and with the seconds of waiting for it."""
    digest: FormDigest = field(default_factory=FormDigest)
    """Is updated with every part."""
    fields: FormFields = EXPORT_FIELDS


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


async def read_form(
    request: web.Request,
    boundary: bytes,
    folder: Path | None,
    limits: HttpLimits,
    checks: FormChecks,
) -> frozenset[str]:
    """Read the whole form, its files into `folder`, and return the names of the files.

    Without a folder the files are only read and counted in the digest.

    Each file gets the name of its field; the file names of the client are never used. A text field
    is checked when it arrives: if it is wrong and comes before the files, they are not even sent.

    Raises:
        ToqiboxError: for an invalid form or field, or an upload that is too large or too slow.
    """
    seen_names: set[str] = set()
    files: set[str] = set()
    body = Body(request.content, limits, checks.on_received)
    reader = MultipartReader(boundary, body.read, limits)
    while (name := await reader.next_part()) is not None:
        checks.fields.check_name(name)
        if name in seen_names:
            raise ToqiboxError("duplicate_field", field=name, name=name)
        seen_names.add(name)
        if name in checks.fields.files:
            if await _save_file(reader, _open_file(name, folder, checks), name, limits):
                files.add(name)
        else:
            text = await _read_text(reader, name, limits)
            checks.digest.begin(name).update(text.encode())
            await checks.text(name, text)
    for name in checks.fields.required:
        if name not in files:
            raise ToqiboxError("missing_field", field=name, name=name)
    if folder is not None:
        with translate_disk_errors():
            await run_in_thread(sync_path, folder)
    return frozenset(files)


def _open_file(name: str, folder: Path | None, checks: FormChecks) -> FileSink:
    if folder is None:
        return HashedFile(name, checks.digest)
    return SpoolFile(folder / name, checks.free_space, checks.digest)


async def _read_text(reader: MultipartReader, name: str, limits: HttpLimits) -> str:
    content = bytearray()
    async for chunk in reader.chunks():
        content += chunk
        if len(content) > limits.field_bytes:
            raise invalid_field(name, message("bytes", maximum=limits.field_bytes))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise invalid_field(name, message("utf8")) from None


async def _save_file(
    reader: MultipartReader, file: FileSink, name: str, limits: HttpLimits
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
            file.discard()
            return False
        if size == 0:
            why = message("file_empty")
            raise ToqiboxError(UNDECODABLE[name], field=name, detail="empty", why=why)
        await run_in_thread(file.sync)
        return True
    finally:
        file.close()
