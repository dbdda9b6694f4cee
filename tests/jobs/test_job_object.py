"""The job object fits its schema in every state of a job."""

from dataclasses import replace
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from server.http.openapi.schemas import SCHEMAS
from server.jobs.job_object import OPTIONAL_SCHEMAS, PROPERTIES, JobView, job_to_json
from server.jobs.model.job import FINAL, Job, Stage, Status
from server.jobs.store.store import Store
from server.messages import message
from tests.jobs.conftest import MakeJob

DIAGNOSTIC = {"message": "it does not compile", "line": 3, "severity": "error"}
STATES: dict[Status, dict[str, Any]] = {
    Status.QUEUED: {},
    Status.PROCESSING: {"stage": Stage.RENDERING, "started_at": 1, "renderer": "a renderer"},
    Status.COMPLETED: {"finished_at": 2, "report": {"blank": "#000000"}},
    Status.FAILED: {"error_code": "worker_crashed", "diagnostics": [DIAGNOSTIC]},
    Status.CANCELLED: {"finished_at": 2},
}


def test_final_states_have_no_way_out() -> None:
    assert set(FINAL) == {Status.COMPLETED, Status.FAILED, Status.CANCELLED}


def _view(job: Job, public_url: str = "") -> JobView:
    return JobView(job=job, language="en", position=1, eta_s=9, public_url=public_url)


@pytest.mark.parametrize("status", Status)
def test_a_job_of_every_state_fits_the_schema(make_job: MakeJob, status: Status) -> None:
    job = replace(make_job("one"), id="A" * 22, status=status, **STATES[status])
    payload = job_to_json(_view(job))
    document = {"$ref": "#/components/schemas/Job", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(document).validate(payload)
    assert [*payload][: len(PROPERTIES)] == [*PROPERTIES]
    assert {*payload} - {*PROPERTIES} == ({*OPTIONAL_SCHEMAS} if job.diagnostics else set())


def test_only_existing_files_have_links(make_job: MakeJob) -> None:
    done = replace(make_job("one"), status=Status.COMPLETED)
    links = [
        job_to_json(_view(job, "https://example.com"))["posterUrl"]
        for job in (done, replace(done, removed=True), replace(done, expires_at=1))
    ]
    assert links == ["https://example.com/download/one/poster.jpg", None, None]


def test_a_processing_job_has_a_stage_and_a_finished_one_all_its_frames(make_job: MakeJob) -> None:
    job = replace(make_job("one"), status=Status.PROCESSING, stage=Stage.JOINING)
    assert job_to_json(_view(job))["stage"] == "joining"
    done = job_to_json(_view(replace(job, status=Status.COMPLETED)))
    assert done["stage"] is None
    assert done["frames"] == {"done": job.spec.frames, "total": job.spec.frames}


async def test_the_error_of_a_failed_job_is_a_sentence(store: Store, make_job: MakeJob) -> None:
    await store.jobs.add(make_job("one"), 99)
    values = {"why": message("no_sound").to_json()}
    await store.jobs.transition(
        "one", Status.FAILED, error_code="undecodable_audio", error_values=values
    )
    job = await store.jobs.get("one")
    assert job is not None
    seen = job_to_json(JobView(job=job, language="ru", position=None, eta_s=None))
    assert seen["error"].endswith(": в нём нет звука.")
