"""Delegated tokens: signed as documented, and valid only as they were signed."""

import base64
import hashlib
import hmac
import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.api_key import ApiKey, hash_secret, new_secret
from server.access.delegated_token import PREFIX, issue_token, parse_token
from server.errors import ToqiboxError

SECRET, OLD = new_secret(), new_secret()
KEY = ApiKey(id="studio", plan="premium", secret_hashes=(hash_secret(SECRET), hash_secret(OLD)))
TOKEN = issue_token(KEY, "free", 600)
DOCUMENT = Path(__file__).parents[2] / "docs" / "http.md"


def _is_valid(text: str, key: ApiKey = KEY) -> bool:
    token = parse_token(text)
    return token is not None and token.is_signed_by(key)


def test_a_token_is_signed_by_its_key() -> None:
    token = parse_token(issue_token(KEY, "free", 600))
    assert token is not None
    assert (token.key_id, token.plan) == ("studio", "free")
    assert abs(token.expires - time.time() - 600) < 60
    assert token.is_signed_by(KEY)
    assert not token.is_signed_by(ApiKey(id="a", plan="free", secret_hashes=KEY.secret_hashes[1:]))
    token.check_lifetime()


def test_each_secret_of_a_key_signs_as_documented() -> None:
    for secret in (SECRET, OLD):
        text = "token.studio.premium.1760000000." + "n" * 16
        key = hashlib.sha256(secret.encode()).digest()
        digest = hmac.new(key, text.encode(), "sha256").digest()
        assert _is_valid(text + "." + base64.urlsafe_b64encode(digest).decode().rstrip("="))


def test_the_function_of_the_documentation_makes_valid_tokens() -> None:
    match = re.search(r"```js\n(async function signToken.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert match
    call = f'signToken("studio.{SECRET}", "premium", 600).then(console.log)'
    script = f"{match[1]}\n{call}"
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    token = parse_token(done.stdout.strip())
    assert token is not None
    assert token.is_signed_by(KEY)
    token.check_lifetime()
    assert token.plan == "premium"


@pytest.mark.fault("E04")
@pytest.mark.parametrize(
    ("lifetime_s", "why"), [(0, "over"), (-1, "over"), (86_400 + 60, "24 hours")]
)
def test_a_token_is_used_within_its_lifetime(lifetime_s: int, why: str) -> None:
    token = parse_token(issue_token(KEY, "free", lifetime_s))
    assert token is not None
    with pytest.raises(ToqiboxError, match=why):
        token.check_lifetime()


@pytest.mark.fault("E04")
@pytest.mark.parametrize(
    "changed",
    [
        TOKEN.replace(".free.", ".premium."),
        TOKEN.replace("token.studio", "token.other"),
        re.sub(r"\.([0-9]+)\.", lambda m: f".{int(m[1]) + 1}.", TOKEN),
        re.sub(r"\.([0-9]+)\.", r".0\1.", TOKEN),
        TOKEN + "=",
        TOKEN[:-1],
        TOKEN.rpartition(".")[0],
        TOKEN.rpartition(".")[0] + ".",
        TOKEN.replace(PREFIX, ""),
        TOKEN.swapcase(),
    ],
    ids=lambda _changed: "token",  # the tokens themselves differ between processes
)
def test_a_changed_token_is_not_valid(changed: str) -> None:
    assert not _is_valid(changed)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_a_token_with_a_changed_character_is_not_valid(at: int, character: str) -> None:
    changed = TOKEN[:at] + character + TOKEN[at + 1 :]
    assert _is_valid(changed) == (changed == TOKEN)


@given(st.text() | st.from_regex(r"token(\.[A-Za-z0-9_-]{1,43}){5}", fullmatch=True))
def test_any_text_is_a_token_or_not(text: str) -> None:
    token = parse_token(text)
    if token is not None:
        assert f"{token.signed_text}.{token.signature}" == text
        assert not token.is_signed_by(KEY)
