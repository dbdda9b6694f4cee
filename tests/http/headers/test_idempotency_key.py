"""The header Idempotency-Key: an opaque text of visible ASCII characters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from server.errors import ToqiboxError
from server.http.headers.idempotency_key import idempotency_key


@pytest.mark.parametrize("key", ["a", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a;b=c"])
def test_a_key_is_returned_as_it_is(key: str) -> None:
    assert idempotency_key(CIMultiDict({"idempotency-key": key})) == key


def test_a_request_may_have_no_key() -> None:
    assert idempotency_key(CIMultiDict()) is None


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "ключ", "a\x7f", "a\x00", "a\n"])
def test_another_text_is_refused(key: str) -> None:
    with pytest.raises(ToqiboxError) as refused:
        idempotency_key(CIMultiDict({"Idempotency-Key": key}))
    assert (refused.value.code, refused.value.field) == ("invalid_parameter", "Idempotency-Key")


def test_two_keys_are_refused() -> None:
    with pytest.raises(ToqiboxError, match="more than once"):
        idempotency_key(CIMultiDict([("Idempotency-Key", "a"), ("idempotency-key", "a")]))


@given(st.lists(st.text(max_size=300), max_size=3))
def test_any_text_is_a_key_or_an_error_for_the_client(texts: list[str]) -> None:
    headers = CIMultiDict([("Idempotency-Key", text) for text in texts])
    valid = all(re.fullmatch("[\\x21-\\x7e]{1,255}", text) for text in texts)
    if valid and len(texts) < 2:
        assert idempotency_key(headers) == (texts[0] if texts else None)
    else:
        with pytest.raises(ToqiboxError, match="Idempotency-Key"):
            idempotency_key(headers)
