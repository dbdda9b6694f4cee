"""The job object fits its schema in every state of a job."""

import json
from dataclasses import replace
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from server.config import Config
from server.effects.library.library import Library
from server.http.openapi.schemas import SCHEMAS
from server.jobs.job_object import OPTIONAL_SCHEMAS, PROPERTIES, JobView, job_to_json
from server.jobs.model.job import FINAL, Job, Stage, Status
from server.jobs.model.spec import Spec
from server.jobs.store.store import Store
from server.jobs.submission.presets import Presets
from server.jobs.submission.request import check_request, resolve
from server.messages import message
from server.protocol.results.media import DecodedAudio, PreparedPhoto, PreparedUploads
from tests.jobs.conftest import MakeJob

DIAGNOSTIC = {"message": "it does not compile", "line": 3, "severity": "error"}
STATES: dict[Status, dict[str, Any]] = {
    Status.QUEUED: {},
    Status.PROCESSING: {"stage": Stage.RENDERING, "started_at": 1, "renderer": "a renderer"},
    Status.COMPLETED: {"finished_at": 2, "report": {"blank": "#000000"}},
    Status.FAILED: {"finished_at": 2, "error_code": "worker_crashed", "diagnostics": [DIAGNOSTIC]},
    Status.CANCELLED: {"finished_at": 2},
}

PREPARED = PreparedUploads(
    mime={},
    photo=PreparedPhoto(width=8, height=8, sha256="f" * 64, warnings=()),
    photo2=None,
    palette=None,
    audio=DecodedAudio(samples=48_001, sha256="a" * 64, loudest_s=0.0),
    title="a tag",
    artist=None,
    text_warnings=(),
)


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


REQUESTS: dict[str, dict[str, str]] = {
    "defaults": {},
    "one effect": {"effect": "ring", "params": '{"size": {"bind": "kick", "max": 0.7}}'},
    "a chain": {"effect": '[{"id": "beat"}, {"id": "text", "params": {"size": 0.2}}]'},
    "a preset": {"preset": "turntable", "aspect": "1:1"},
    "other values": {
        **{"aspect": "4:5", "fit": "cover", "fps": "24", "start": "1.25", "duration": "0.7"},
        **{"title": "Dusk", "artist": " ", "allowFlashing": "true", "tempo": "87.5"},
        **{"quality": "draft", "plan": "premium"},
    },
}


def _rounded(spec: Spec) -> Spec:
    """Round the times of a spec to those that JSON has."""
    return replace(spec, start=f"{float(spec.start):.8f}", duration=f"{float(spec.duration):.8f}")


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.mark.parametrize("texts", REQUESTS.values(), ids=REQUESTS)
def test_a_job_can_be_requested_again_from_its_object(
    make_job: MakeJob, library: Library, texts: dict[str, str]
) -> None:

    def spec_of(texts: dict[str, str]) -> Spec:
        return resolve(check_request(texts, Config(), library, Presets()), PREPARED, Config())

    spec = spec_of(texts)
    job = replace(make_job("one"), spec=spec, plan=texts.get("plan", "free"))
    shown = json.loads(json.dumps(job_to_json(_view(job))))
    assert (shown["title"], shown["aspect"]) == (
        texts.get("title", "a tag"),
        texts.get("aspect", "16:9"),
    )
    assert shown["params"] == (json.loads(texts.get("params", "{}")) if "ring" in spec.ids
                               else {} if len(spec.ids) == 1 else None)  # fmt: skip
    names = ("plan", "aspect", "fit", "codec", "quality", "fps", "start", "duration", "tempo")
    again = {name: str(shown[name]) for name in names if shown[name] is not None}
    again |= {name: shown[name] or " " for name in ("title", "artist")}
    again |= {"effect": json.dumps(shown["chain"])}
    again |= {"allowFlashing": json.dumps(shown["allowFlashing"])}
    assert _rounded(replace(spec_of(again), preset=spec.preset)) == _rounded(spec)


def test_the_aspect_of_an_older_job_is_that_of_its_frames(make_job: MakeJob) -> None:
    job = make_job("one", width=1080, height=1350)
    assert job_to_json(_view(job))["aspect"] == "4:5"
    assert job_to_json(_view(make_job("two", width=64, height=64)))["aspect"] == "1:1"
    assert job_to_json(_view(make_job("three", width=64, height=48)))["aspect"] == "1:1"


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
