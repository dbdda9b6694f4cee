"""The file of API keys: read as a whole or not at all, and never with a secret in an error."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.api_key import ApiKey, KeyLimits, hash_secret, new_secret
from server.access.key_file import KeyFileError, edit_keys, read_keys

PLANS = ("free", "premium")
SECRET = new_secret()
ENTRY: dict[str, Any] = {"id": "studio", "plan": "free", "secrets": [hash_secret(SECRET)]}
KEY = ApiKey(id="studio", plan="free", secret_hashes=(hash_secret(SECRET),))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
PROPERTIES = st.sampled_from(
    [
        "id",
        "plan",
        "secrets",
        "queuedJobs",
        "exportsPerDay",
        "requestsPerMinute",
        "customShaders",
        "x",
    ]
)


def _write(path: Path, *entries: Any) -> Path:
    path.write_text(json.dumps({"keys": entries}))
    return path


def test_keys_are_read_with_their_limits(tmp_path: Path) -> None:
    limits = {"queuedJobs": 1, "exportsPerDay": None, "requestsPerMinute": 600}
    path = _write(tmp_path / "keys", {**ENTRY, **limits}, {**ENTRY, "id": "b", "plan": "premium"})
    keys = read_keys(path, PLANS)
    assert keys["studio"].limits == KeyLimits(queued_jobs=1, requests_per_minute=600)
    assert (keys["b"].plan, keys["b"].limits) == ("premium", KeyLimits())


def test_a_key_may_send_shaders_only_if_it_says_so(tmp_path: Path) -> None:
    path = _write(tmp_path / "keys", {**ENTRY, "customShaders": True}, {**ENTRY, "id": "b"})
    with edit_keys(path, PLANS) as keys:
        assert [key.custom_shaders for key in keys.values()] == [True, False]
    stored = json.loads(path.read_text())["keys"]
    assert [entry.get("customShaders") for entry in stored] == [True, None]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("studio", "must be an object"),
        ({"id": "studio"}, "“plan” is missing"),
        ({**ENTRY, "id": "Studio"}, "lowercase"),
        ({**ENTRY, "id": "a.b"}, "lowercase"),
        ({**ENTRY, "plan": "gold"}, "free, premium"),
        ({**ENTRY, "plan": ["free"]}, "free, premium"),
        ({**ENTRY, "secrets": []}, "1 to 4"),
        ({**ENTRY, "secrets": [SECRET]}, "SHA-256"),
        ({**ENTRY, "secrets": hash_secret(SECRET)}, "1 to 4"),
        ({**ENTRY, "queuedJobs": 0}, "queuedJobs must be an integer"),
        ({**ENTRY, "queuedJobs": True}, "queuedJobs must be an integer"),
        ({**ENTRY, "requestsPerMinute": 1e9}, "requestsPerMinute must be an integer"),
        ({**ENTRY, "customShaders": 1}, "customShaders must be true or false"),
        ({**ENTRY, "secret": SECRET}, "unknown property"),
    ],
)
def test_an_invalid_entry_is_named_without_its_secret(tmp_path: Path, entry: Any, why: str) -> None:
    path = _write(tmp_path / "keys", {**ENTRY, "id": "first"}, entry)
    with pytest.raises(KeyFileError, match=why) as refused:
        read_keys(path, PLANS)
    assert "keys[1]" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"keys": {}}', '{"keys": [], "x": 1}', "[" * 100_000, "\xff"]
)
def test_a_file_that_is_not_of_the_form_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").write_bytes(content.encode("latin-1"))
    with pytest.raises(KeyFileError, match="keys"):
        read_keys(tmp_path / "keys", PLANS)


def test_a_file_may_have_one_key_of_an_id_and_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="twice"):
        read_keys(_write(tmp_path / "keys", ENTRY, ENTRY), PLANS)
    assert read_keys(_write(tmp_path / "keys"), PLANS) == {}
    with pytest.raises(KeyFileError, match="No such file"):
        read_keys(tmp_path / "absent", PLANS)


@given(st.dictionaries(PROPERTIES, JSON), JSON)
def test_any_json_is_keys_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any], whole: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-keys.json"
    for value in ({"keys": [{**ENTRY, **changes}]}, whole):
        path.write_text(json.dumps(value))
        try:
            keys = read_keys(path, PLANS)
        except KeyFileError:
            continue
        assert all(key.plan in PLANS for key in keys.values())


def test_an_edit_keeps_the_mode_of_the_file_and_a_new_one_is_private(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with edit_keys(path, PLANS) as keys:
        keys["studio"] = KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    (tmp_path / "link.json").symlink_to(path)
    with edit_keys(tmp_path / "link.json", PLANS) as keys:
        keys["b"] = ApiKey(id="b", plan="premium", secret_hashes=KEY.secret_hashes * 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (tmp_path / "link.json").is_symlink()
    assert [*read_keys(path, PLANS)] == ["studio", "b"]
    assert SECRET not in path.read_text()
    assert sorted(os.listdir(tmp_path)) == ["keys.json", "link.json"]


def test_a_failed_edit_changes_nothing(tmp_path: Path) -> None:
    path = _write(tmp_path / "keys", ENTRY)
    before = path.read_bytes()
    editing = edit_keys(path, PLANS)
    editing.__enter__().clear()
    editing.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert path.read_bytes() == before
    (tmp_path / "broken").write_text("{")
    with pytest.raises(KeyFileError), edit_keys(tmp_path / "broken", PLANS):
        pass
    assert (tmp_path / "broken").read_text() == "{"
    with pytest.raises(KeyFileError, match="No such file"), edit_keys(tmp_path / "a" / "b", PLANS):
        pass


def test_edits_at_one_time_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys"

    def add(number: int) -> None:
        with edit_keys(path, PLANS) as keys:
            keys[f"k{number}"] = ApiKey(
                id=f"k{number}", plan="free", secret_hashes=KEY.secret_hashes
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(24)))
    assert len(read_keys(path, PLANS)) == 24
