"""The file of API keys: JSON, read and checked as a whole, and replaced as a whole.

{"keys": [{"id": "studio", "plan": "premium", "secrets": ["SHA-256 in hexadecimal digits"],
           "queuedJobs": 20, "exportsPerDay": 200, "requestsPerMinute": 600,
           "customShaders": true}]}
"""

import fcntl
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.access.api_key import ID, MAX_SECRETS, ApiKey, KeyLimits
from server.config import ConfigError
from server.errors import ToqiboxError
from server.files.atomic import commit, discard_temp, temp_path

MAX_LIMIT = 1_000_000
_LIMITS = {
    "queuedJobs": "queued_jobs",
    "exportsPerDay": "exports_per_day",
    "requestsPerMinute": "requests_per_minute",
}
_REQUIRED = ("id", "plan", "secrets")
_CUSTOM_SHADERS = "customShaders"
_MAX_BYTES = 16_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


ID_RULE = "1 to 32 lowercase letters, digits, “-” and “_”, the first a letter or digit"


class KeyFileError(ConfigError):
    """The file of API keys cannot be read or written, or is not valid; the message says why."""


def read_keys(path: Path, plans: Collection[str]) -> dict[str, ApiKey]:
    """Read the keys by their ids.

    Args:
        path: the file.
        plans: names of the server's plans.

    Raises:
        KeyFileError: names the entry and what is allowed.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise _file_error(path, f"cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise _file_error(path, f"must have at most {_MAX_BYTES} bytes")
    try:
        return _parse(json.loads(content), plans)
    except RecursionError:
        raise _file_error(path, "is nested too deeply") from None
    except UnicodeDecodeError:
        raise _file_error(path, "is not JSON: it is not UTF-8") from None
    except json.JSONDecodeError as error:  # its message quotes nothing of the file
        raise _file_error(path, f"is not JSON: {error.msg} in line {error.lineno}") from None
    except ValueError as error:
        raise _file_error(path, str(error)) from None


@contextmanager
def edit_keys(path: Path, plans: Collection[str]) -> Iterator[dict[str, ApiKey]]:
    """Yield the keys of a file, to be changed; write them if the block ends without an error.

    A missing file has no keys. Another process that edits the file waits. The file keeps its mode
    and owner, and a new one is readable by this user alone.

    Raises:
        KeyFileError: it cannot be read or written, or is not valid.
    """
    path = path.resolve()
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    except OSError as error:
        raise _file_error(path, f"cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        keys = read_keys(path, plans) if path.exists() else {}
        yield keys
        _write(path, keys)
    finally:
        os.close(folder)


def _write(path: Path, keys: Mapping[str, ApiKey]) -> None:
    content = json.dumps({"keys": [key_to_json(key) for key in keys.values()]}, indent=2) + "\n"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        discard_temp(path)
        with open(os.open(temp_path(path), flags, 0o600), "w", encoding="utf-8") as file:
            if path.exists():
                before = path.stat()
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), before.st_mode & 0o777)
            file.write(content)
        commit(path)
    except (OSError, ToqiboxError) as error:
        discard_temp(path)
        why = getattr(error, "strerror", None) or "the disk is full"
        raise _file_error(path, f"cannot be written: {why}") from error


def key_to_json(key: ApiKey) -> dict[str, Any]:
    """Return the entry of a key in the file."""
    limits = {name: getattr(key.limits, attribute) for name, attribute in _LIMITS.items()}
    given = {name: value for name, value in limits.items() if value is not None}
    custom = {_CUSTOM_SHADERS: True} if key.custom_shaders else {}
    return {"id": key.id, "plan": key.plan, "secrets": list(key.secret_hashes), **given, **custom}


def _parse(value: Any, plans: Collection[str]) -> dict[str, ApiKey]:
    """Parse the decoded file.

    Raises:
        ValueError: what is wrong, and with which entry.
    """
    if not isinstance(value, dict) or value.keys() != {"keys"} or type(value["keys"]) is not list:
        raise ValueError("must be an object with a list “keys”")
    keys: dict[str, ApiKey] = {}
    for at, entry in enumerate(value["keys"]):
        try:
            key = _parse_key(entry, plans)
        except ValueError as error:
            raise ValueError(f"keys[{at}]: {error}") from None
        if key.id in keys:
            raise ValueError(f"keys[{at}]: the id “{key.id}” occurs twice")
        keys[key.id] = key
    return keys


def _parse_key(entry: Any, plans: Collection[str]) -> ApiKey:
    if not isinstance(entry, dict):
        raise ValueError("must be an object")
    for name in _REQUIRED:
        if name not in entry:
            raise ValueError(f"“{name}” is missing")
    known = (*_REQUIRED, *_LIMITS, _CUSTOM_SHADERS)
    if entry.keys() - {*known}:
        raise ValueError(f"has an unknown property; known are {', '.join(known)}")
    key_id, plan, hashes = (entry[name] for name in _REQUIRED)
    if not isinstance(key_id, str) or not ID.fullmatch(key_id):
        raise ValueError(f"id must be {ID_RULE}")
    if not isinstance(plan, str) or plan not in plans:
        raise ValueError(f"plan must be one of {', '.join(plans)} (PLANS)")
    if not isinstance(hashes, list) or not 1 <= len(hashes) <= MAX_SECRETS:
        raise ValueError(f"secrets must be a list of 1 to {MAX_SECRETS} hashes")
    # The value is not quoted: it may be the secret itself.
    if not all(isinstance(text, str) and _HASH.fullmatch(text) for text in hashes):
        raise ValueError("secrets must be SHA-256 hashes: 64 hexadecimal digits in lower case")
    limits = {attribute: _limit(name, entry.get(name)) for name, attribute in _LIMITS.items()}
    custom = entry.get(_CUSTOM_SHADERS, False)
    if type(custom) is not bool:
        raise ValueError(f"{_CUSTOM_SHADERS} must be true or false")
    return ApiKey(
        id=key_id,
        plan=plan,
        secret_hashes=tuple(hashes),
        limits=KeyLimits(**limits),
        custom_shaders=custom,
    )


def _limit(name: str, value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 1 <= value <= MAX_LIMIT):
        raise ValueError(f"{name} must be an integer from 1 to {MAX_LIMIT}, or null for no limit")
    return value


def _file_error(path: Path, why: str) -> KeyFileError:
    return KeyFileError(f"the file of API keys {path} {why}")
