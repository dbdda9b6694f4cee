"""The files of cuts over HTTP: what is sent, what is refused, and to whom."""

import gzip
import os

import pytest

from server.jobs.storage.data_folder import new_id
from tests.harness.track_cuts import COUNT
from tests.http.conftest import Keyed, Running
from tests.http.cuts import add_cut, add_track, get


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("?start=-1", 422, "start"),
        ("?start=1e9", 422, "start"),
        ("?start=nan", 422, "start"),
        ("?start=drop", 422, "start"),
        ("?start=1.0", 422, "start"),
        ("?start=" + "9" * 400, 422, "start"),
        ("?start=0&start=0", 422, "start"),
        ("?duration=0", 422, "duration"),
        ("?duration=-0.1", 422, "duration"),
        ("?duration=%00", 422, "duration"),
        ("?duration=inf", 422, "duration"),
        ("?duration=99999", 413, "duration"),
        ("?duration=1&duration=1", 422, "duration"),
        ("?tempo=120", 422, "tempo"),
        ("?" + "x" * 300 + "=1", 422, "x" * 64),
    ],
)
async def test_a_part_that_there_is_not_is_refused(
    running: Running, query: str, status: int, field: str
) -> None:
    track = add_track(running)
    refused = await get(running, f"/tracks/{track.id}/cut{query}")
    assert (refused.status, refused.json["field"]) == (status, field)
    assert not running.service.cuts._makings
    assert not running.spooled()


async def test_planes_are_the_requested_ones_in_their_order(running: Running) -> None:
    path = add_cut(running, add_track(running))
    both = await get(running, f"{path}/spectra/0?fields=mono,samples")
    steps = [bytes([step]) for step in range(120)]
    assert both.body == b"".join(steps) + b"".join(step * 4 for step in steps)
    last = await get(running, f"{path}/spectra/1?fields=levels")
    assert last.body == b"".join(bytes([step]) * 3 for step in range(120, COUNT))
    whole = await get(running, f"{path}/spectra/1")
    assert len(whole.body) == 10 * (4 + 1 + 1 + 2 + 3)
    bare = await get(running, f"{path}/spectra/1", method="HEAD")
    assert (bare.status, bare.headers["content-length"]) == (200, "110")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/spectra/2", 404),
        ("/spectra/999999", 404),
        ("/spectra/9999999", 404),
        ("/spectra/-1", 404),
        ("/spectra/01", 404),
        ("/spectra/1e3", 404),
        ("/spectra/%30%2e", 404),
        ("/spectra/0/", 404),
        ("/spectra/0?fields=", 422),
        ("/spectra/0?fields=flux", 422),
        ("/spectra/0?fields=mono,mono", 422),
        ("/spectra/0?fields=mono,", 422),
        ("/spectra/0?fields=mono&fields=mono", 422),
        ("/spectra/0?fields=" + ",".join(["mono"] * 1000), 422),
        ("/spectra/0?n=1", 422),
        ("/measured?x=1", 422),
        ("/../../about.json", 404),
        ("/cut.json", 404),
    ],
)
async def test_what_a_cut_does_not_have_is_refused(
    running: Running, path: str, status: int
) -> None:
    refused = await get(running, add_cut(running, add_track(running)) + path)
    assert refused.status == status, refused.body
    assert refused.json["success"] is False


async def test_files_are_cached_and_compressed(running: Running) -> None:
    path = add_cut(running, add_track(running))
    for name in ("measured", "spectra/0", "sound.flac"):
        plain = await get(running, f"{path}/{name}")
        assert plain.headers["cache-control"] == "private, max-age=31536000, immutable"
        known = await get(running, f"{path}/{name}", f"If-None-Match: {plain.headers['etag']}")
        assert (known.status, known.body) == (304, b"")
        other = await get(running, f"{path}/{name}", 'If-Match: "other"')
        assert (other.status, other.code) == (412, "precondition_failed")
        packed = await get(running, f"{path}/{name}", "Accept-Encoding: gzip")
        if name == "sound.flac":
            assert "content-encoding" not in packed.headers
            continue
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert "Accept-Encoding" in packed.headers["vary"]
        assert packed.headers["etag"] != plain.headers["etag"]


async def test_the_audio_is_sent_in_ranges(running: Running) -> None:
    url = f"{add_cut(running, add_track(running))}/sound.flac"
    whole = await get(running, url)
    assert (whole.body[:4], whole.headers["accept-ranges"]) == (b"fLaC", "bytes")
    middle = await get(running, url, "Range: bytes=1-3")
    assert (middle.status, middle.body) == (206, b"LaC")
    assert middle.headers["content-range"] == "bytes 1-3/100"
    assert (await get(running, url, "Range: bytes=100-")).status == 416
    bare = await get(running, url, method="HEAD")
    assert (bare.status, bare.headers["content-length"]) == (200, "100")


async def test_a_cut_ends_with_its_track(running: Running) -> None:
    track = add_track(running)
    path = add_cut(running, track)
    targets = [
        f"/tracks/{track.id}/cut",
        *(f"{path}/{name}" for name in ("measured", "sound.flac", "spectra/0")),
    ]
    assert [(await get(running, target)).status for target in targets] == [200] * 4
    about = track.path.with_name("about.json")
    os.utime(about, (0, 0))
    assert [(await get(running, target)).status for target in targets] == [410] * 4
    assert not (await get(running, f"/tracks/{new_id()}/cut")).json["success"]
    for target in targets:
        unknown = await get(running, target.replace(track.id, new_id()))
        assert (unknown.status, unknown.code) == (404, "not_found")
    other = add_track(running)
    assert (await get(running, path.replace(track.id, other.id) + "/measured")).status == 404


async def test_nothing_is_made_while_nothing_could_be(running: Running) -> None:
    track = add_track(running)
    path = add_cut(running, track)
    running.service.draining = True
    refused = await get(running, f"/tracks/{track.id}/cut?start=0.5")
    assert (refused.status, refused.code) == (503, "draining")
    assert (await get(running, f"/tracks/{track.id}/cut")).status == 200  # it is there
    assert (await get(running, f"{path}/measured")).status == 200
    running.service.draining = False


async def test_cuts_belong_to_the_key_of_their_track(keyed: Keyed) -> None:
    running = keyed.running
    track = add_track(running, owner="own")
    path = add_cut(running, track)
    shown = await keyed.send(f"GET /tracks/{track.id}/cut", "own")
    assert shown.status == 200
    for target in (f"/tracks/{track.id}/cut", f"{path}/measured", f"{path}/sound.flac"):
        assert (await keyed.send(f"GET {target}", "own")).status == 200
        assert (await keyed.send(f"GET {target}", "other")).code == "not_found"
        assert (await keyed.send(f"GET {target}")).status == 401
    # An <audio> element sends no header.
    link = shown.json["sound"]
    assert link.startswith(f"{path}/sound.flac?expires=")
    assert (await keyed.send(f"GET {link}", None, "Range: bytes=0-3")).body == b"fLaC"
    assert (await keyed.send(f"GET {link.replace('sound.flac', 'measured')}")).status == 401
    assert (await keyed.send(f"GET {link[:-1]}")).status == 401
