"""The document is replayed: every path and method in it answers as described."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

import server
from server.config import Config
from server.errors import CATALOGUE
from server.http.error_codes import ALL
from server.http.openapi.document import document
from server.http.server.routes import ROUTES
from server.jobs.previews import preview_form
from server.jobs.storage.kept_uploads import FILES, KeptUpload
from server.jobs.submission.fields import FILE_FIELDS, TEXT_FIELDS
from server.protocol.encodings import CODECS
from server.protocol.results.machine import EncoderReport
from tests.harness.track_cuts import CUT_ID, make_cut
from tests.http.conftest import Running, Start
from tests.http.wire import FORM, form, part

DOCUMENT = document(Config(), ROUTES)
TRACK_FACTS = {
    "seconds": 1.0,
    "tags": {"title": None, "artist": "You"},
    "loudness": -9.8,
    "peaks": {"count": 1, "data": "gH8="},
}
PHOTO_FACTS = {
    "width": 48,
    "height": 40,
    "alpha": False,
    "palette": dict.fromkeys(("average", "light", "dark", "muted"), "#d9512c"),
    "focus": [0.5, 0.58],
    "warnings": [],
}
METHODS = ("get", "head", "post", "delete")
OPERATIONS = [
    (path, method)
    for path, item in DOCUMENT["paths"].items()
    for method in METHODS
    if method in item
]


def check(response: aiohttp.ClientResponse, body: Any, operation: dict[str, Any]) -> None:
    listed = operation["responses"]
    assert str(response.status) in listed
    content = listed[str(response.status)].get("content", {})
    for name in listed[str(response.status)].get("headers", {}):
        assert name in response.headers
    if content:
        assert response.content_type in content
    if response.content_type == "application/json" and body and response.status >= 400:
        assert body["code"] in listed[str(response.status)]["description"]
    schema = content.get("application/json", {}).get("schema")
    if schema:
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(whole).validate(body)


async def replay(running: Running, path: str, method: str, **request: Any) -> int:
    template = path
    for kind, name in (("tracks", "trackId"), ("photos", "photoId"), (r"\w+", "jobId")):
        template = re.sub(rf"^/({kind})/[A-Za-z0-9_-]{{22}}(?=/|$)", rf"/\1/{{{name}}}", template)
    template = re.sub(r"^/effects/[^/]+", "/effects/{id}", template)
    template = re.sub(r"/cuts/[^/]+", "/cuts/{cut}", template)
    template = re.sub(r"/spectra/\d+", "/spectra/{n}", template)
    operation = DOCUMENT["paths"][template.partition("?")[0]][method]
    async with (
        aiohttp.ClientSession(running.url) as client,
        client.request(method, path, **request) as response,
    ):
        is_json = response.content_type == "application/json" and method != "head"
        check(response, await response.json() if is_json else await response.read(), operation)
        return response.status


def add_thumbnail(running: Running) -> None:
    """Keep a thumbnail of the effect `breathe`, which would take seconds to draw."""
    source = running.service.validations.source("breathe")
    path = running.service.thumbnails.path(source)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"RIFF")


async def test_the_list_of_endpoints_names_every_route(running: Running) -> None:
    async with aiohttp.ClientSession(running.url) as client, client.get("/") as response:
        endpoints = (await response.json())["endpoints"]
    assert endpoints.keys() >= {
        *("export", "status", "cancel", "download", "poster", "effects", "effect", "presets"),
        *("health", "ready", "openapi"),
    }
    documented = {f"{method.upper()} {path}" for path, method in OPERATIONS if method != "head"}
    assert {*endpoints.values(), "GET /"} == documented


def test_the_form_of_a_preview_lists_the_fields_that_are_taken() -> None:
    content = DOCUMENT["paths"]["/preview"]["post"]["requestBody"]["content"]
    fields = {*FILE_FIELDS, *preview_form.TEXT_FIELDS}
    assert set(content["multipart/form-data"]["schema"]["properties"]) == fields


def test_the_documentation_names_every_route() -> None:
    text = (Path(server.__file__).parents[1] / "docs" / "http.md").read_text()
    assert [route.path for route in ROUTES if f"{route.path}`" not in text] == []


def test_the_form_lists_the_fields_that_are_taken() -> None:
    content = DOCUMENT["paths"]["/export"]["post"]["requestBody"]["content"]
    assert set(content["multipart/form-data"]["schema"]["properties"]) == {
        *FILE_FIELDS,
        *TEXT_FIELDS,
    }


def test_every_reference_resolves() -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", repr(DOCUMENT)))
    assert names == set(DOCUMENT["components"]["schemas"])


def test_every_body_has_a_schema() -> None:
    bodies = {
        (path, status, kind): body.get("schema")
        for path, method in OPERATIONS
        for status, response in DOCUMENT["paths"][path][method]["responses"].items()
        for kind, body in response.get("content", {}).items()
    }
    assert [place for place, schema in bodies.items() if not schema] == []
    files = ("video/", "audio/", "image/", "application/octet-stream")
    binary = {"type": "string", "format": "binary"}
    kinds = {kind for (_, _, kind), schema in bodies.items() if schema == binary}
    assert kinds == {kind for _, _, kind in bodies if kind.startswith(files)}


def test_only_codes_that_something_raises_are_listed() -> None:
    folder = Path(server.__file__).parent
    tables = ("error_codes.py", "openapi.py", "schemas.py")
    sources = [
        path
        for path in folder.rglob("*.py")
        if path.name not in tables and path.parent.name != "error_catalogue"
    ]
    raised = "".join(path.read_text() for path in sources)
    known = {code for code, entry in CATALOGUE.items() if entry.status}
    assert set(ALL) == {code for code in known if f'"{code}"' in raised}
    assert set(ALL) == set(DOCUMENT["components"]["schemas"]["Error"]["properties"]["code"]["enum"])
    names = set(re.findall(r"[a-z]+(?:_[a-z]+)+", repr(DOCUMENT["paths"])))
    assert names & known <= set(ALL)


def keep_upload(running: Running, kind: str, content: bytes, facts: dict[str, Any]) -> KeptUpload:
    """Keep an upload as its handler does, without decoding it."""
    folder = running.service.intake.new_spool()
    (folder / FILES[kind]).write_bytes(content)
    return running.service.kept_uploads.keep(kind, folder, {"format": "wav", **facts}, "")


def keep_track(running: Running, content: bytes) -> KeptUpload:
    """Keep a track with a cut that is the whole of it."""
    track = keep_upload(running, "track", content, TRACK_FACTS)
    running.service.cuts.kept.keep(track, make_cut(running.service.data.spool / "made"))
    return track


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
async def test_each_operation_responds_as_documented(
    running: Running, media: tuple[bytes, bytes], path: str, method: str
) -> None:
    job = await running.finish_job(b"video bytes")
    add_thumbnail(running)
    ids = {
        "{jobId}": job.id,
        "{id}": "breathe",
        "{trackId}": keep_track(running, media[0]).id,
        "{cut}": CUT_ID,
        "{n}": "1",
        "{photoId}": keep_upload(running, "photo", media[1], PHOTO_FACTS).id,
    }
    concrete = path
    for name, value in ids.items():
        concrete = concrete.replace(name, value)
    status = await replay(running, concrete, method)
    has_content = not (method == "delete" and path != "/export/{jobId}")
    # Without keys no jobs are listed.
    expected = 404 if path == "/exports" else 415 if method == "post" else 200
    assert status == (expected if has_content else 204)


async def test_the_other_listed_statuses_occur(running: Running) -> None:
    done, queued, unknown = (
        (await running.finish_job(b"12345")).id,
        (await running.add_job()).id,
        "A" * 22,
    )
    statuses = {
        await replay(running, f"/export/{queued}", "get"),
        await replay(running, f"/export/{queued}", "delete"),
    }
    assert statuses == {200}
    for path in ("/export/{}", "/download/{}", "/download/{}/poster.jpg"):
        assert await replay(running, path.format(unknown), "get") == 404
    assert await replay(running, "/effects/none", "get") == 404
    assert await replay(running, "/effects?all=1", "get") == 200
    assert await replay(running, "/effects?all=yes", "get") == 422
    known = {"headers": {"If-None-Match": "*"}}
    assert await replay(running, "/effects", "get", **known) == 304
    with_range = {"headers": {"Range": "bytes=1-2"}}
    assert await replay(running, f"/download/{done}", "get", **with_range) == 206
    beyond_end = {"headers": {"Range": "bytes=9-"}}
    assert await replay(running, f"/download/{done}", "get", **beyond_end) == 416
    waiting = (await running.add_job()).id
    assert await replay(running, f"/download/{waiting}", "get") == 409
    assert await replay(running, f"/export/{done}", "delete") == 200
    assert await replay(running, f"/download/{done}", "get") == 410
    running.service.draining = True
    assert await replay(running, "/ready", "get") == 503
    form_of = {"data": form(part("photo", b"x")), "headers": {"Content-Type": FORM}}
    assert await replay(running, "/export", "post", **form_of) == 503
    running.service.draining = False
    assert await replay(running, "/export", "post", **form_of) == 400


async def test_the_other_statuses_of_a_cut_occur(
    start: Start, limits: Any, media: tuple[bytes, bytes]
) -> None:
    running = await start(limits(cut_wait_s=0))
    track = keep_track(running, media[0])
    path = f"/tracks/{track.id}/cut"
    assert await replay(running, f"{path}?duration=0.5", "get") == 202
    assert await replay(running, f"{path}?start=7", "get") == 422
    assert await replay(running, f"{path}?duration=9999", "get") == 413
    audio = f"{path}s/{CUT_ID}/sound.flac"
    assert await replay(running, audio, "get", headers={"Range": "bytes=1-2"}) == 206
    assert await replay(running, audio, "get", headers={"Range": "bytes=999-"}) == 416
    for name in ("sound.flac", "measured", "spectra/0"):
        known = {"headers": {"If-None-Match": "*"}}
        assert await replay(running, f"{path}s/{CUT_ID}/{name}", "get", **known) == 304
        assert await replay(running, f"{path}s/{'0' * 64}-v4/{name}", "get") == 404
    assert await replay(running, f"{path}s/{CUT_ID}/spectra/0?fields=x", "get") == 422
    assert await replay(running, f"/tracks/{track.id}", "delete") == 204
    assert await replay(running, audio, "get") == 410


async def test_the_document_has_the_limits_of_this_server(start: Start) -> None:
    running = await start(max_upload_mb=7)
    async with (
        aiohttp.ClientSession(running.url) as client,
        client.get("/openapi.json") as response,
    ):
        assert "at most 7 MB" in await response.text()


async def test_the_document_and_readiness_have_the_codecs_of_this_machine(
    running: Running,
) -> None:
    report = running.service.machine.report
    assert report is not None
    encoders = {**report.encoders, "svtav1": EncoderReport(ok=True)}
    running.service.machine.report = replace(report, encoders=encoders)
    async with aiohttp.ClientSession(running.url) as client:
        async with client.get("/openapi.json") as response:
            paths = (await response.json())["paths"]
        async with client.get("/ready") as response:
            assert (await response.json())["codecs"] == ["h264", "av1"]
    content = paths["/export"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert content["schema"]["properties"]["codec"]["enum"] == ["h264", "av1"]
    running.service.machine.report = None
    before_the_probe = document(running.config, ROUTES, running.service.machine.codecs)
    assert before_the_probe == document(running.config, ROUTES, tuple(CODECS))
