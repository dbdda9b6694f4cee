"""The secrets that sign links, in a file: one a line, the first signs and all of them verify."""

import os
import re
import secrets
from pathlib import Path

from server.access.api_key import SECRET_BYTES
from server.config import Config, ConfigError
from server.errors import ToqiboxError
from server.files.atomic import commit, discard_temp, temp_path

FILE_NAME = "link_secrets"
_MAX_SECRETS = 4
_MAX_BYTES = 10_000
_SECRET = re.compile(rb"[!-~]{32,1000}")


class SigningSecretsError(ConfigError):
    """The file of secrets cannot be read or made, or is not valid; the message says why."""


def secrets_path(config: Config) -> Path:
    """Return the path of the file: LINK_SECRETS_FILE, or one in the data folder."""
    return config.link_secrets_file or config.data_dir / FILE_NAME


def load_secrets(config: Config) -> tuple[bytes, ...]:
    """Return the secrets; make the file in the data folder if it does not exist.

    Raises:
        SigningSecretsError: the file cannot be read or made, or is not valid.
    """
    path = secrets_path(config)
    try:
        if config.link_secrets_file is None and not path.exists():
            _make(path)
        return read_secrets(path)
    except OSError as error:
        raise SigningSecretsError(f"the file {path} cannot be used: {error.strerror}") from error
    except ToqiboxError as error:
        raise SigningSecretsError(f"the file {path} cannot be made: the disk is full") from error


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """Read the secrets of a file.

    Raises:
        SigningSecretsError: it is not valid; the message quotes nothing of it.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        lines = file.read(_MAX_BYTES).split()
    if not 1 <= len(lines) <= _MAX_SECRETS or not all(map(_SECRET.fullmatch, lines)):
        raise SigningSecretsError(
            f"the file {path} must have 1 to {_MAX_SECRETS} lines, each with a secret of "
            "32 to 1000 visible ASCII characters"
        )
    return tuple(lines)


def _make(path: Path) -> None:
    """Make the file with a random secret, readable by this user alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    discard_temp(path)
    try:
        with open(os.open(temp_path(path), flags, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
        commit(path)
    except BaseException:
        discard_temp(path)
        raise
