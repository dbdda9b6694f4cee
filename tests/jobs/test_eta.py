import pytest

from server.effects.library.library import BUILT_IN
from server.jobs import eta
from server.jobs.model.spec import Workload
from server.jobs.model.work.estimate import WorkEstimate
from server.jobs.model.work.frame_costs import DRAWING_MS, FrameCost

COSTS: list[FrameCost] = [("spin", 1000, 0.1), ("spin", 4000, 0.3), ("ring", 1000, 0.5)]


def _model(costs: list[FrameCost], *, software: bool = True) -> eta.CostModel:
    return eta.CostModel(costs, software, cores=1)


@pytest.mark.parametrize(
    ("work", "cost"),
    [
        (Workload("spin", 1000, 1), 0.1),
        (Workload("spin", 2000, 1), 0.2),
        (Workload("spin", 3600, 1), 0.27),
        (Workload("ring", 500, 1), 0.25),
    ],
)
def test_a_cost_is_that_of_the_nearest_size_of_the_same_effect(work: Workload, cost: float) -> None:
    assert _model(COSTS).frame_s(work) == pytest.approx(cost)


def test_an_effect_that_was_not_measured_has_a_built_in_cost_at_the_speed_of_this_machine() -> None:
    work = Workload("bars", 1280 * 720, 1)
    guess = _model([]).frame_s(work)
    assert 0.02 < guess < 1
    assert _model([]).frame_s(work._replace(effect="spin")) < guess
    assert _model([]).frame_s(work._replace(effect="spin+bars")) > guess
    assert _model([], software=False).frame_s(work) < guess
    spin = _model([]).frame_s(Workload("spin", 1000, 1))
    twice_as_slow: list[FrameCost] = [("spin", 1000, 2 * spin)]
    assert _model(twice_as_slow).frame_s(work) == pytest.approx(2 * guess)


def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eta, "_MAX_KNOWN", 3)
    model, sizes = _model(COSTS), range(1000, 1010)
    for _ in range(2):
        for pixels in sizes:
            cost = model.frame_s(Workload("spin", pixels, 1))
            assert cost == pytest.approx(pixels / 10_000)
            assert len(model._frame_s) <= 3


def test_a_job_takes_its_frames_and_the_steps_before_and_after_them() -> None:
    steps = WorkEstimate.of(30, 30, 0.0).total_s
    assert steps > 0.5
    assert _model(COSTS).job_s(Workload("spin", 1000, 30)) == pytest.approx(steps + 3.0)
    assert _model(COSTS).job_s(Workload("spin", 1000, 30), slots=2) == pytest.approx(steps + 1.5)


def test_jobs_ahead_are_shared_by_the_slots() -> None:
    assert eta.estimate_wait_s([10.0, 20.0], 2.0, 2) == 17
    assert eta.estimate_wait_s([], 2.0, 0) is None


def test_every_shipped_effect_has_a_built_in_cost() -> None:
    assert {*DRAWING_MS} == {path.stem for path in BUILT_IN.glob("*.fs")}
