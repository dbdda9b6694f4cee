"""The keys of a running server: constant checks, and a file that may change and break."""

import hmac
import json
import logging
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.api_key import (
    MAX_SECRETS,
    ApiKey,
    comparable_hashes,
    hash_secret,
    is_secret_of,
    new_secret,
    split_credentials,
)
from server.access.delegated_token import issue_token, parse_token
from server.access.key_file import KeyFileError
from server.access.key_ring import KeyRing

OLD, NEW = new_secret(), new_secret()
KEY = ApiKey(id="studio", plan="free", secret_hashes=(hash_secret(NEW), hash_secret(OLD)))


def _write(path: Path, *ids: str) -> None:
    entry = {"plan": "free", "secrets": list(KEY.secret_hashes)}
    path.write_text(json.dumps({"keys": [{"id": key_id, **entry} for key_id in ids]}))


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyRing:
    monkeypatch.setattr("server.access.key_ring._REFRESH_S", 0.0)
    _write(tmp_path / "keys", "studio")
    return KeyRing(tmp_path / "keys", ("free",))


async def test_each_secret_of_a_key_is_valid(ring: KeyRing) -> None:
    assert await ring.authenticate(f"studio.{NEW}") == KEY
    assert await ring.authenticate(f"studio.{OLD}") == KEY
    for wrong in (f"studio.{new_secret()}", f"other.{NEW}", NEW, f"studio.{NEW}x", "studio."):
        assert await ring.authenticate(wrong) is None


async def test_a_changed_file_is_read_again(ring: KeyRing, tmp_path: Path) -> None:
    _write(tmp_path / "keys", "a", "b")
    assert await ring.authenticate(f"studio.{NEW}") is None
    assert await ring.authenticate(f"b.{NEW}") is not None


@pytest.mark.parametrize(
    "break_file", [lambda path: path.write_text("{"), Path.unlink], ids=["invalid", "removed"]
)
async def test_a_broken_file_leaves_the_last_keys_and_an_error(
    ring: KeyRing,
    tmp_path: Path,
    break_file: Callable[[Path], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_file(tmp_path / "keys")
    for _ in range(3):
        assert await ring.authenticate(f"studio.{NEW}") == KEY
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in errors] == ["keys.reload_failed"]
    _write(tmp_path / "keys", "b")
    assert await ring.authenticate(f"studio.{NEW}") is None


async def test_a_file_that_cannot_be_read_for_a_moment_is_read_again(
    ring: KeyRing, tmp_path: Path
) -> None:
    """Otherwise a key that was revoked would stay valid."""
    _write(tmp_path / "keys", "b")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        assert await ring.authenticate(f"studio.{NEW}") == KEY
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert await ring.authenticate(f"studio.{NEW}") is None


@pytest.mark.fault("E27")
@pytest.mark.parametrize("count", range(MAX_SECRETS + 1))
@pytest.mark.parametrize("as_token", [False, True], ids=["key", "token"])
def test_as_much_is_compared_for_every_id(
    monkeypatch: pytest.MonkeyPatch, count: int, *, as_token: bool
) -> None:
    """An id that does not exist, or has fewer secrets, is not answered sooner."""
    hashes = tuple(hash_secret(new_secret()) for _ in range(count))
    key = ApiKey(id="studio", plan="free", secret_hashes=hashes) if count else None
    token = parse_token(issue_token(KEY, "free", 60))
    assert token is not None
    compared, compare = [], hmac.compare_digest

    def record(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return compare(a, b)

    monkeypatch.setattr(hmac, "compare_digest", record)
    assert not (token.is_signed_by(key) if as_token else is_secret_of(key, OLD))
    length = 43 if as_token else 64
    assert compared == [(length, length)] * MAX_SECRETS


def test_no_secret_belongs_to_the_places_of_missing_ones() -> None:
    """A hash that is known would sign valid tokens."""
    padding = comparable_hashes(None)
    for known in (hash_secret(""), "0" * 64):
        assert known not in padding
    forged = ApiKey(id="studio", plan="free", secret_hashes=tuple(padding))
    token = parse_token(issue_token(forged, "free", 60))
    assert token is not None
    assert not token.is_signed_by(None)


def test_a_broken_file_at_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No such file"):
        KeyRing(tmp_path / "keys", ("free",))


@given(st.text() | st.from_regex(r"[a-z]{1,3}\.[A-Za-z0-9_-]{42,44}", fullmatch=True))
def test_any_text_is_credentials_or_not(text: str) -> None:
    parts = split_credentials(text)
    if parts is not None:
        assert ".".join(parts) == text
        assert not is_secret_of(KEY, parts[1])
        assert not is_secret_of(None, parts[1])


@given(st.integers(0, 42), st.characters(codec="ascii"))
def test_a_secret_with_a_changed_character_is_not_valid(at: int, character: str) -> None:
    changed = NEW[:at] + character + NEW[at + 1 :]
    assert is_secret_of(KEY, changed) == (changed == NEW)
