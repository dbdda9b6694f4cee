"""The header traceparent."""

import pytest
from multidict import CIMultiDict

from server.http.headers.trace_context import traceparent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([f"00-{TRACE}-{SPAN}-01"], f"00-{TRACE}-{SPAN}-01"),
        ([f"cc-{TRACE}-{SPAN}-01-what-the-future-brings"], f"00-{TRACE}-{SPAN}-01"),
        ([], None),
        ([f"00-{TRACE}-{SPAN}-01"] * 2, None),
        ([f"ff-{TRACE}-{SPAN}-01"], None),
        ([f"00-{'0' * 32}-{SPAN}-01"], None),
        ([f"00-{TRACE}-{'0' * 16}-01"], None),
        ([f"00-{TRACE.upper()}-{SPAN}-01"], None),
        ([f"cc-{TRACE}-{SPAN}-01-" + "x" * 300], None),
        (["evil"], None),
    ],
)
def test_only_a_valid_trace_is_continued(values: list[str], expected: str | None) -> None:
    headers = CIMultiDict([("Traceparent", value) for value in values])
    assert traceparent(headers) == expected
