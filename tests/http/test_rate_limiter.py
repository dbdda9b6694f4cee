"""Buckets of tokens: a minute's worth at once, then a steady rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http import rate_limiter
from server.http.rate_limiter import RateLimiter


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_of_requests_may_come_at_once() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    assert [limiter.take("a", 6) for _ in range(8)] == [0] * 6 + [10] * 2
    assert limiter.take("b", 6) == 0
    clock.now += 9.5
    assert limiter.take("a", 6) == 1
    clock.now += 1
    assert [limiter.take("a", 6) for _ in range(2)] == [0, 10]


@pytest.mark.fault("K01")
@given(st.integers(1, 1000), st.lists(st.floats(0, 100), max_size=50))
def test_no_more_than_the_rate_is_let_through(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    count, start = 0, clock.now
    for pause in pauses:
        clock.now += pause
        while not limiter.take("a", per_minute):
            count += 1
    assert count <= per_minute * (1 + (clock.now - start) / 60) + 1e-3


def test_the_number_of_buckets_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limiter, "_MAX_BUCKETS", 10)
    clock = Clock()
    limiter = RateLimiter(clock)
    for name in range(100):
        limiter.take(str(name), 1)
        assert len(limiter._full_at) <= 10
