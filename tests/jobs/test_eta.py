import pytest

from server.jobs import eta
from server.jobs.model.spec import Workload

PACES: list[eta.FrameCost] = [("spin", 1000, 0.1), ("spin", 4000, 0.3), ("ring", 1000, 0.5)]


@pytest.mark.parametrize(
    ("work", "pace"),
    [
        (Workload("spin", 1000, 1), 0.1),
        (Workload("spin", 2000, 1), 0.2),
        (Workload("spin", 3600, 1), 0.27),
        (Workload("ring", 500, 1), 0.25),
        (Workload("new", 1000, 1), 0.5),
    ],
)
def test_a_pace_is_taken_from_the_nearest_work(work: Workload, pace: float) -> None:
    assert eta.seconds_per_frame(work, PACES) == pytest.approx(pace)


def test_without_measurements_there_is_no_estimate() -> None:
    assert eta.estimate_slot_s(Workload("spin", 1000, 10), []) is None
    assert eta.estimate_wait_s([1.0, None], 2.0, 2) is None
    assert eta.estimate_wait_s([], 2.0, 0) is None


def test_jobs_ahead_are_shared_by_the_slots() -> None:
    assert eta.estimate_slot_s(Workload("spin", 1000, 10), PACES) == pytest.approx(2.0)
    assert eta.estimate_wait_s([10.0, 20.0], 2.0, 2) == 17
