"""Image files that an effect names: where they may be stored, and how large they may be.

A file is in the folder of the effect that names it, or below. Nothing leads out of this folder:
no absolute path, no ``..`` past it, no link.
"""

import os
import stat
from pathlib import Path

from server.effects.effect import Effect
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.paths import normalize_path
from server.errors import ToqiboxError

__all__ = ["MAX_FILES", "MAX_FILE_BYTES", "normalize_path", "refusal", "resolve"]

MAX_FILES = 16
MAX_FILE_BYTES = 20 * 1024 * 1024
"""Maximum size of one file in bytes."""


def resolve(effect: Effect, folder: Path | None) -> dict[str, str]:
    """Resolve the image files of an effect to absolute paths, by their names in `effect.files`.

    Args:
        effect: the effect.
        folder: the folder of the effect's own file; None for an effect without files.

    Raises:
        ToqiboxError: ``shader_rejected`` with a diagnostic where the effect names the file.
    """
    if len(effect.files) > MAX_FILES:
        raise _author_file(effect).refusal(f"at most {MAX_FILES} image files are allowed")
    return {name: str(_resolve_file(effect, folder, name)) for name in effect.files}


def _resolve_file(effect: Effect, folder: Path | None, name: str) -> Path:
    if folder is None:
        raise refusal(effect, name, "the effect was sent without files")
    try:
        root = folder.resolve(strict=True)
        path = (root / normalize_path(name)).resolve(strict=True)
        status = path.stat()
    except ValueError as error:
        raise refusal(effect, name, str(error)) from None
    except (OSError, RuntimeError):  # missing, or a link that leads to itself
        raise refusal(effect, name, "it does not exist") from None
    if not path.is_relative_to(root):
        raise refusal(effect, name, "it is outside the effect's folder")
    if not stat.S_ISREG(status.st_mode) or not os.access(path, os.R_OK):
        raise refusal(effect, name, "it is not a readable file")
    if status.st_size > MAX_FILE_BYTES:
        raise refusal(effect, name, f"it is larger than {MAX_FILE_BYTES >> 20} MB")
    return path


def _author_file(effect: Effect) -> AuthorFile:
    listing = effect.listings[0] if effect.listings else None
    if listing is None:
        return AuthorFile(effect.id, effect.file, effect.source)
    return AuthorFile(effect.id, effect.file, listing.text, listing.origins)


def refusal(effect: Effect, name: str, reason: str) -> ToqiboxError:
    """Return the error for a file that must not be used: ``shader_rejected``, where it is named."""
    author_file = _author_file(effect)
    short = name if len(name) <= 80 else f"…{name[-79:]}"
    message = f"the image file “{short}” cannot be used: {reason}"
    return author_file.refusal(message, max(_name_offset(author_file.text, name), 0))


def _name_offset(text: str, name: str) -> int:
    """Return the offset of a file's name; JSON may write its slashes with a backslash."""
    at = text.find(name)
    return at if at >= 0 else text.find(name.rpartition("/")[2])
