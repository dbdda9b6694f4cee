"""Codec and quality of a request."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.harness import videos
from tests.http.conftest import Running
from tests.http.wire import exchange, form, part, post


@pytest.mark.slow
async def test_a_job_has_the_codec_and_quality_of_its_request(
    working: Running, media: tuple[bytes, bytes], tmp_path: Path
) -> None:
    missing = {"hevc", "av1"} - {*working.service.machine.codecs}
    if missing:
        pytest.skip(f"no encoder opens here for {missing}")
    requests = {"hevc": ("hvc1", "high", "free"), "av1": ("av01", "draft", "premium")}
    async with aiohttp.ClientSession(working.url) as client:
        jobs = {}
        for codec, (_, quality, plan) in requests.items():
            fields = aiohttp.FormData()
            texts = {"codec": codec, "quality": quality, "plan": plan, "duration": "0.2"}
            for name, value in texts.items():
                fields.add_field(name, value)
            for name, content in zip(("audio", "photo"), media, strict=True):
                fields.add_field(name, content, filename=name)
            async with client.post("/export", data=fields) as response:
                jobs[codec] = await response.json()
                assert response.status == 202, jobs[codec]
        for codec, (tag, quality, _) in requests.items():
            job = jobs[codec]
            while job["status"] not in ("completed", "failed"):
                await asyncio.sleep(0.1)
                async with client.get(f"/export/{job['jobId']}") as response:
                    job = await response.json()
            assert (job["status"], job["codec"], job["quality"]) == ("completed", codec, quality)
            video = tmp_path / f"{codec}.mp4"
            async with client.get(job["downloadUrl"]) as response:
                video.write_bytes(await response.read())
            async with client.get(job["posterUrl"]) as response:
                assert (await response.read())[:2] == b"\xff\xd8"
            stream = videos.stream(video, "video")
            assert (stream["codec_name"], stream["codec_tag_string"]) == (codec, tag)
            videos.assert_exact(video, 6, 30)
            videos.assert_well_formed(video, codec)


async def test_a_codec_that_is_not_offered_is_refused_before_the_files_are_read(
    running: Running,
) -> None:
    body = form(part("codec", b"hevc"), part("audio", b"RIFF" + bytes(200_000), filename="a"))
    response = await exchange(running.port, post(body)[:-150_000])  # the rest is never sent
    assert (response.status, response.json["field"]) == (422, "codec")
    assert response.json["error"].endswith("it offers h264.")
