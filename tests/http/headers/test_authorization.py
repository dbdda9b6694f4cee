"""The header Authorization: one bearer credential, or an error that shows nothing of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from server.errors import ToqiboxError
from server.http.headers.authorization import bearer_credentials


@pytest.mark.parametrize("header", ["Bearer a.b", "bearer a.b", "BEARER  a.b", " Bearer a.b "])
def test_credentials_are_returned(header: str) -> None:
    assert bearer_credentials(CIMultiDict({"authorization": header})) == "a.b"


def test_a_request_may_have_none() -> None:
    assert bearer_credentials(CIMultiDict()) is None


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic c2VjcmV0", "Bearer se cret", "Bearer, secret", "secret"],
)
def test_another_header_is_refused(header: str) -> None:
    with pytest.raises(ToqiboxError) as refused:
        bearer_credentials(CIMultiDict({"Authorization": header}))
    assert refused.value.code == "unauthenticated"
    assert "secret" not in str(refused.value)


def test_two_headers_are_refused() -> None:
    with pytest.raises(ToqiboxError):
        bearer_credentials(CIMultiDict([("Authorization", "Bearer a")] * 2))


@given(st.text(max_size=40) | st.from_regex(r"[Bb]earer +\S*", fullmatch=True))
def test_any_header_is_credentials_or_an_error(header: str) -> None:
    try:
        credentials = bearer_credentials(CIMultiDict({"Authorization": header}))
    except ToqiboxError as error:
        code = error.code
    else:
        assert credentials
        code = "" if credentials in header and credentials.isascii() else "changed"
    assert code in ("", "unauthenticated")
