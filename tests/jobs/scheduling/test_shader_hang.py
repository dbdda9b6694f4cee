"""A client's source that hangs or crashes its worker: the job ends, and no other worker gets it."""

from dataclasses import replace

import pytest

from server.jobs.model.job import Status
from server.jobs.model.requested_effect import chain_digests, source_digest
from server.protocol.scene import EffectInstance
from tests.jobs.conftest import MakeJob
from tests.jobs.scheduling.conftest import Rig

_LOOP = "void main() {\n  for (int i = 0; i < 900; i++) x();\n}\n"


def custom(source: str) -> EffectInstance:
    return EffectInstance(id="custom-1", file="source", source=source, custom=True)


BREATHE = EffectInstance(id="breathe", file="breathe.fs", source="")


@pytest.mark.parametrize("code", ["render_stalled", "worker_crashed"])
async def test_a_source_that_ends_its_worker_gets_no_other_one(
    rig: Rig, make_job: MakeJob, code: str
) -> None:
    rig.workers.fail("draw_segment", code)
    bad = make_job("one", effects=(BREATHE, custom(_LOOP)))
    await rig.submit(bad, make_job("two", frames=30, audio="d" * 64))
    job = await rig.ended("one")
    assert (job.status, job.error_code, job.attempt) == (Status.FAILED, "shader_hang", 1)
    assert job.diagnostics is not None
    assert [(entry["file"], entry["line"]) for entry in job.diagnostics] == [("source", 2)]
    assert not rig.folder("one").exists()
    assert await rig.store.quarantine.holds_any(chain_digests(bad.spec.effects))
    assert (await rig.ended("two")).status is Status.COMPLETED
    assert rig.segments("one") == [0]


async def test_a_source_that_hangs_with_its_defaults_is_refused(
    rig: Rig, make_job: MakeJob
) -> None:
    rig.workers.fail("draw_segment", "render_stalled")
    await rig.submit(make_job("one", effects=(custom(_LOOP),)))
    assert (await rig.ended("one")).error_code == "shader_hang"
    assert await rig.store.quarantine.holds_any([source_digest(_LOOP)])


@pytest.mark.parametrize(
    "chain",
    [(replace(custom(_LOOP), params={"n": 2}),), (custom(_LOOP),) * 2],
    ids=["params", "twice"],
)
async def test_what_others_make_of_a_source_does_not_have_it_refused(
    rig: Rig, make_job: MakeJob, chain: tuple[EffectInstance, ...]
) -> None:
    """Otherwise any client could have the source of another refused."""
    rig.workers.fail("draw_segment", "render_stalled")
    await rig.submit(make_job("one", effects=chain))
    assert (await rig.ended("one")).error_code == "shader_hang"
    assert not await rig.store.quarantine.holds_any([source_digest(_LOOP)])
    assert await rig.store.quarantine.holds_any(chain_digests(chain))


@pytest.mark.parametrize("code", ["encoder_failed", "render_failed", "internal"])
async def test_other_failures_are_not_blamed_on_the_source(
    rig: Rig, make_job: MakeJob, code: str
) -> None:
    rig.workers.fail("draw_segment", code)
    await rig.submit(make_job("one", frames=30, effects=(custom(_LOOP),)))
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert not await rig.store.quarantine.holds_any([source_digest(_LOOP)])


async def test_failures_of_other_tasks_are_not_blamed_on_the_source(
    rig: Rig, make_job: MakeJob
) -> None:
    rig.workers.fail("analyse", "worker_crashed")
    await rig.submit(make_job("one", frames=30, effects=(custom(_LOOP),)))
    assert (await rig.ended("one")).status is Status.COMPLETED
    assert not await rig.store.quarantine.holds_any([source_digest(_LOOP)])


async def test_an_effect_of_the_library_is_tried_again(rig: Rig, make_job: MakeJob) -> None:
    rig.workers.fail("draw_segment", "render_stalled")
    await rig.submit(make_job("one", frames=30))
    assert (await rig.ended("one")).status is Status.COMPLETED


async def test_of_several_sources_none_is_refused_alone(rig: Rig, make_job: MakeJob) -> None:
    """Otherwise anybody could have another's source refused, by a chain with one that hangs."""
    rig.workers.fail("draw_segment", "render_stalled")
    await rig.submit(make_job("one", effects=(custom(_LOOP), custom("other"))))
    job = await rig.ended("one")
    assert (job.error_code, job.diagnostics) == ("shader_hang", None)
    digests = [source_digest(text) for text in (_LOOP, "other")]
    assert not await rig.store.quarantine.holds_any(digests)
    assert await rig.store.quarantine.holds_any(chain_digests(job.spec.effects))
