"""Headers of error responses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import CATALOGUE, ToqiboxError
from server.http.responses import error_response

_REFUSALS = sorted(code for code, entry in CATALOGUE.items() if entry.status in (429, 503))


@pytest.mark.fault("K08")
@given(st.sampled_from(_REFUSALS), st.none() | st.integers(-5, 10**6))
def test_a_refused_client_learns_when_to_come_back(code: str, seconds: int | None) -> None:
    error = ToqiboxError(code, retry_after=seconds) if seconds else ToqiboxError(code)
    header = error_response(error, "r", "en").headers["Retry-After"]
    assert header.isdecimal()
    assert int(header) >= max(1, seconds or 1)
