"""The files of an operator: API keys and secrets of links; valid as a whole, or an error."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from server.access.api_key import ID, MAX_SECRETS, hash_secret
from server.access.key_file import MAX_LIMIT, KeyFileError, key_to_json, read_keys
from server.access.signing_secrets import SigningSecretsError, read_secrets
from tests.fuzz.harness import memory_file, short
from tests.fuzz.inputs import damaged, values

PLANS = ("free", "premium")
HASH = hash_secret("secret")
LIMITS = st.none() | st.integers(-1, MAX_LIMIT + 1) | values
ENTRIES = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"[a-z0-9_-]{1,33}", fullmatch=True) | values,
        "plan": st.sampled_from(PLANS) | values,
        "secrets": st.lists(st.just(HASH) | values, max_size=5) | values,
    },
    optional={
        "queuedJobs": LIMITS,
        "exportsPerDay": LIMITS,
        "requestsPerMinute": LIMITS,
        "x": values,
    },
)
FILES = st.one_of(
    st.fixed_dictionaries({"keys": st.lists(ENTRIES, max_size=3) | values}).map(json.dumps),
    values.map(json.dumps),
    st.integers(1, 5000).map(lambda depth: '{"keys": ' + "[" * depth),
    st.integers(1, 6000).map(lambda digits: '{"keys": [' + "1" * digits + "]}"),
    st.text(),
).map(lambda text: text.encode("utf-8", "surrogatepass"))


@short
@given(FILES | damaged(FILES))
@example(b'{"keys": [], "keys": []}')
def test_a_file_has_valid_keys_or_an_error(content: bytes) -> None:
    with memory_file(content) as path:
        try:
            keys = read_keys(path, PLANS)
        except KeyFileError as error:
            assert str(path) in str(error)
            assert HASH not in str(error)
            return
    for key_id, key in keys.items():
        assert key.id == key_id
        assert ID.fullmatch(key_id)
        assert key.plan in PLANS
        assert 1 <= len(key.secret_hashes) <= MAX_SECRETS
    written: dict[str, Any] = {"keys": [key_to_json(key) for key in keys.values()]}
    with memory_file(json.dumps(written).encode()) as path:
        assert read_keys(path, PLANS) == keys


@short
@given(st.binary() | st.text("aé\n \0", max_size=120).map(str.encode))
def test_a_file_has_valid_secrets_or_an_error(content: bytes) -> None:
    with memory_file(content) as path:
        try:
            secrets = read_secrets(path)
        except SigningSecretsError as error:
            assert len(content) < 12 or content.decode("latin-1") not in str(error)
            return
    assert all(len(secret) >= 32 and secret in content for secret in secrets)
