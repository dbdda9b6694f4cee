"""Errors of the disk as a client sees them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import ToqiboxError
from server.files.disk import is_disk_full
from server.jobs.model.retry_after import BUSY_S, DISK_FULL_S


@contextmanager
def translate_disk_errors() -> Iterator[None]:
    """Translate an error of the disk: a full one into `storage_full`, any other into `not_ready`.

    A file that must not exist and does is an error of the caller and passes.

    Raises:
        ToqiboxError: storage_full, not_ready.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if is_disk_full(error) or error.errno == errno.EFBIG:
            full = ToqiboxError("storage_full", retry_after=DISK_FULL_S, detail=str(error))
            raise full from error
        raise ToqiboxError("not_ready", retry_after=BUSY_S, detail=str(error)) from error
