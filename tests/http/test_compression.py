"""JSON is compressed for clients that take gzip; files and small bodies are not."""

import gzip
import json

import aiohttp
import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest

from server.http.compression import MIN_BYTES
from tests.http.conftest import Running
from tests.http.wire import exchange, head

GZIP = "Accept-Encoding: br, gzip"


@pytest.mark.parametrize("path", ["/effects", "/openapi.json", "/presets"])
async def test_a_large_json_body_is_compressed(running: Running, path: str) -> None:
    plain = await exchange(running.port, head(f"GET {path}"))
    packed = await exchange(running.port, head(f"GET {path}", GZIP))
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["vary"].split(", ")
        assert int(response.headers["content-length"]) == len(response.body)


async def test_every_effect_fits_into_a_small_response(running: Running) -> None:
    """With the schema of modulations once, next to the effects that refer to it."""
    packed = await exchange(running.port, head("GET /effects", GZIP))
    assert len(packed.body) < 60_000
    listed = json.loads(gzip.decompress(packed.body))
    ring = next(effect for effect in listed["effects"] if effect["id"] == "ring")
    schema = {**ring["inputs"], "$defs": listed["$defs"]}
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"size": {"bind": "kick"}, "style": "Bars", "count": 16})
    (error,) = validator.iter_errors({"size": {"bind": "kik"}})
    assert error.message.startswith("'kik' is not one of")
    groups = {group["id"] for group in listed["groups"]}
    assert {entry["group"] for entry in ring["inputs"]["properties"].values()} <= groups
    driven = {name for name, entry in ring["inputs"]["properties"].items() if entry["musicOnly"]}
    assert driven == {"pulse", "bass", "loud"}


async def test_head_has_the_length_of_the_compressed_body(running: Running) -> None:
    packed = await exchange(running.port, head("GET /effects", GZIP))
    headers = {"Accept-Encoding": "gzip"}
    async with (
        aiohttp.ClientSession(running.url) as client,
        client.head("/effects", headers=headers) as bare,
    ):
        for name in ("content-length", "content-encoding", "etag", "vary"):
            assert bare.headers[name] == packed.headers[name]


async def test_each_coding_has_an_etag_of_its_own(running: Running) -> None:
    """A cache must not answer a range of one coding with bytes of another."""
    tags = {}
    for coding in ("identity", "gzip"):
        line = f"Accept-Encoding: {coding}"
        response = await exchange(running.port, head("GET /effects", line))
        tags[coding] = response.headers["etag"]
        known = f"If-None-Match: {tags[coding]}"
        unchanged = await exchange(running.port, head("GET /effects", line, known))
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.headers["etag"] == tags[coding]
        assert "Accept-Encoding" in unchanged.headers["vary"]
    assert tags["identity"] != tags["gzip"]


async def test_small_bodies_and_files_are_sent_as_they_are(running: Running) -> None:
    job = await running.finish_job(b"video" * 1000)
    small = await exchange(running.port, head("GET /health", GZIP))
    assert len(small.body) < MIN_BYTES
    video = await exchange(running.port, head(f"GET /download/{job.id}", GZIP))
    assert video.body == b"video" * 1000
    for response in (small, video):
        assert "content-encoding" not in response.headers
        assert "vary" not in response.headers


async def test_a_job_object_is_compressed(running: Running) -> None:
    job = await running.add_job(title="Dusk" * 200)
    shown = await exchange(running.port, head(f"GET /export/{job.id}", GZIP))
    assert json.loads(gzip.decompress(shown.body))["jobId"] == job.id
    assert "etag" not in shown.headers
