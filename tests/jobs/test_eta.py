import pytest

from server.jobs import eta
from server.jobs.model.spec import Work

PACES: list[eta.Pace] = [("spin", 1000, 0.1), ("spin", 4000, 0.3), ("ring", 1000, 0.5)]


@pytest.mark.parametrize(
    ("work", "pace"),
    [
        (Work("spin", 1000, 1), 0.1),
        (Work("spin", 2000, 1), 0.2),
        (Work("spin", 3600, 1), 0.27),
        (Work("ring", 500, 1), 0.25),
        (Work("new", 1000, 1), 0.5),
    ],
)
def test_a_pace_is_taken_from_the_nearest_work(work: Work, pace: float) -> None:
    assert eta.pace_of(work, PACES) == pytest.approx(pace)


def test_nothing_learned_is_nothing_promised() -> None:
    assert eta.slot_s(Work("spin", 1000, 10), []) is None
    assert eta.waiting_s([1.0, None], 2.0, 2) is None
    assert eta.waiting_s([], 2.0, 0) is None


def test_those_ahead_are_shared_by_the_slots() -> None:
    assert eta.slot_s(Work("spin", 1000, 10), PACES) == pytest.approx(2.0)
    assert eta.waiting_s([10.0, 20.0], 2.0, 2) == 17
