"""Writing values of inputs into the watched file, and undoing it."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.devserver.watched_file import WatchedEffect
from server.effects.dialects import decode
from server.effects.dialects.isf.header_edit import HeaderEdit, HeaderEditError, edit_header

_BOM = b"\xef\xbb\xbf"


class WriteConflict(Exception):
    """The file cannot be written; the text is the reason."""


class FileWriter:
    """Writes the watched file and no other.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._undo: tuple[bytes, bytes] | None = None

    def write(self, loaded: WatchedEffect, values: Mapping[str, Any]) -> HeaderEdit:
        """Write values of inputs into the header of the file.

        Args:
            loaded: the effect as it was read from the file.
            values: plain values or modulations by input name.

        Raises:
            WriteConflict: the file has changed, has no header, or cannot be written.
            ToqiboxError: ``invalid_parameter``: a value is invalid.
        """
        loaded.to_instance(dict(values))
        before = _read_bytes(self._path)
        if before is None or decode(before) != loaded.effect.source:
            raise WriteConflict("The file has changed in the meantime, so nothing was written.")
        try:
            edit = edit_header(loaded.effect.source, values)
        except HeaderEditError as error:
            raise WriteConflict(f"Nothing was written: {error}.") from None
        after = _encode_like(edit.text, before)
        self._replace(before, after)
        self._undo = (before, after)
        return edit

    def undo(self) -> None:
        """Restore the content that the last write replaced.

        Raises:
            WriteConflict: there is none, or the file has changed or cannot be written.
        """
        if self._undo is None:
            raise WriteConflict("There is nothing to undo.")
        before, after = self._undo
        self._replace(after, before)
        self._undo = None

    def _replace(self, before: bytes, after: bytes) -> None:
        """Replace the file, if its content is `before`, by a complete one."""
        path = Path(os.path.realpath(self._path))
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
            descriptor, name = tempfile.mkstemp(prefix=f".{path.stem[:32]}-", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(after)
                    file.flush()
                    os.fchmod(file.fileno(), mode)
                    os.fsync(file.fileno())
                if _read_bytes(path) != before:
                    raise WriteConflict(
                        "The file has changed in the meantime, so nothing was written."
                    )
                os.replace(name, path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name)
        except OSError as error:
            raise WriteConflict(f"The file cannot be written: {error.strerror}.") from None


def _read_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _encode_like(text: str, before: bytes) -> bytes:
    """Encode a text in the encoding of the file; see dialects.decode."""
    try:
        before.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            raise WriteConflict(
                "The file is Latin-1, which does not have all characters of the value: save it as"
                " UTF-8."
            ) from None
    return (_BOM if before.startswith(_BOM) else b"") + text.encode()
