"""Drawings that failed: their errors, and the time until another attempt."""

import pytest

from server.errors import ToqiboxError
from server.jobs.previews.drawing_failures import DrawingFailures


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_error_is_raised_again_until_its_time_is_over() -> None:
    clock = Clock()
    failures = DrawingFailures(clock)
    failures.check("a")
    diagnostics = [{"line": 3}]
    failures.add(
        "a", ToqiboxError("shader_compile_failed", field="effect", diagnostics=diagnostics)
    )
    clock.now += 599
    with pytest.raises(ToqiboxError) as caught:
        failures.check("a")
    assert (caught.value.code, caught.value.field) == ("shader_compile_failed", "effect")
    assert caught.value.diagnostics == diagnostics
    failures.check("b")
    clock.now += 2
    failures.check("a")


def test_one_that_took_too_long_is_tried_again_sooner() -> None:
    clock = Clock()
    failures = DrawingFailures(clock)
    failures.add("a", ToqiboxError("not_ready", retry_after=30))
    clock.now += 20
    with pytest.raises(ToqiboxError) as caught:
        failures.check("a")
    assert caught.value.retry_after == 40
    clock.now += 41
    failures.check("a")


def test_less_work_is_not_refused() -> None:
    clock = Clock()
    failures = DrawingFailures(clock)
    failures.add("a", ToqiboxError("shader_rejected"), 100)
    failures.check("a", 99)
    for work in (100, 101):
        with pytest.raises(ToqiboxError):
            failures.check("a", work)
    failures.add("a", ToqiboxError("shader_rejected"), 50)
    with pytest.raises(ToqiboxError):
        failures.check("a", 99)
    clock.now += 601
    failures.check("a", 100)


def test_an_error_may_be_over_in_two_threads_at_one_time() -> None:
    """Idle thumbnails are looked for in a thread, and requested in another."""
    clock, readings = Clock(), list[float]()

    def read_slowly() -> float:
        readings.append(clock.now)
        if len(readings) == 2:
            failures.check("a")  # as another thread would
        return clock.now

    failures = DrawingFailures(read_slowly)
    failures.add("a", ToqiboxError("shader_rejected"))
    clock.now += 601
    failures.check("a")
    assert readings == [0.0, 601.0, 601.0]


@pytest.mark.parametrize("code", ["rate_limited", "draining", "storage_full"])
def test_what_no_effect_causes_is_forgotten(code: str) -> None:
    failures = DrawingFailures()
    failures.add("a", ToqiboxError(code, retry_after=1))
    failures.check("a")
