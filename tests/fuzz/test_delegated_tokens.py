"""Credentials: delegated tokens and secrets of API keys; no forged one is valid."""

from hypothesis import given
from hypothesis import strategies as st

from server.access.api_key import ApiKey, hash_secret, is_secret_of, split_credentials
from server.access.delegated_token import MAX_LIFETIME_S, DelegatedToken, issue_token, parse_token
from server.errors import ToqiboxError
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

SECRET, OTHER_SECRET = "A" * 43, "B" * 43
KEY = ApiKey(id="studio", plan="premium", secret_hashes=(hash_secret(SECRET),))
OTHER = ApiKey(id="studio", plan="premium", secret_hashes=(hash_secret(OTHER_SECRET),))
LIFETIMES = st.integers(-100, 10**9)
FORMED = st.builds(
    "token.{}.{}.{}.{}.{}".format,
    st.text("a_-Z", min_size=1, max_size=33),
    st.sampled_from(["free", "premium", "gold"]),
    st.integers(0, 10**13) | st.just("00"),
    st.integers(15, 65).map(lambda length: "A" * length),
    st.text("A_-é", min_size=42, max_size=44),
)
TEXTS = FORMED | st.text() | texts_of("token", ".", "studio", "free", "0", "A" * 43, "A" * 22)


@short
@given(TEXTS)
def test_an_invented_token_is_not_valid(text: str) -> None:
    token = parse_token(text)
    if token is not None:
        assert f"{token.signed_text}.{token.signature}" == text
        assert not token.is_signed_by(KEY)


@short
@given(
    st.sampled_from(["free", "premium"]),
    LIFETIMES,
    st.integers(0, 150),
    st.integers(0, 3),
    st.text(max_size=2),
)
def test_an_edited_token_is_not_valid(
    plan: str, lifetime_s: int, place: int, removed: int, added: str
) -> None:
    text = issue_token(KEY, plan, lifetime_s)
    at = place % (len(text) + 1)
    edited = text[:at] + added + text[at + removed :]
    token = parse_token(edited)
    is_valid = token is not None and token.is_signed_by(KEY)
    assert is_valid == (edited == text and token is not None)


@short
@given(st.sampled_from(["free", "premium"]), LIFETIMES)
def test_an_issued_token_is_valid_for_its_key_and_time(plan: str, lifetime_s: int) -> None:
    token = parse_token(issue_token(KEY, plan, lifetime_s))
    assert isinstance(token, DelegatedToken)
    assert (token.plan, token.key_id) == (plan, "studio")
    assert token.is_signed_by(KEY)
    assert not token.is_signed_by(OTHER)
    code = ""
    try:
        token.check_lifetime()
    except ToqiboxError as error:
        code = error.code
    if abs(lifetime_s) > 5 and abs(lifetime_s - MAX_LIFETIME_S) > 5:
        assert code == ("" if 0 < lifetime_s < MAX_LIFETIME_S else "unauthenticated")


@short
@given(TEXTS | st.from_regex(r"[a-z0-9_-]{1,33}\.[\w-]{42,44}", fullmatch=True))
def test_invented_credentials_are_not_valid(text: str) -> None:
    credentials = split_credentials(text)
    if credentials is not None:
        assert ".".join(credentials) == text
        assert is_secret_of(KEY, credentials[1]) == (credentials[1] == SECRET)
        assert not is_secret_of(None, credentials[1])
