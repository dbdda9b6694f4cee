"""GET /client/toqibox.js and its types: for pages of any origin, cached by their ETag."""

import zlib
from pathlib import Path

import pytest

import server
from tests.http.conftest import Keyed, Running, Start
from tests.http.wire import exchange, head

FOLDER = Path(server.__file__).parent / "web" / "client"
TYPES = {
    "toqibox.js": "text/javascript; charset=utf-8",
    "toqibox.d.ts": "application/typescript; charset=utf-8",
}
MAX_MODULE_BYTES = 12_000


def test_the_module_is_small_and_imports_nothing() -> None:
    text = (FOLDER / "toqibox.js").read_text("utf-8")
    assert len(text.encode()) <= MAX_MODULE_BYTES
    assert "import" not in text


@pytest.mark.parametrize("name", TYPES)
async def test_a_page_of_any_origin_may_import_the_file(start: Start, name: str) -> None:
    running = await start(cors_origins=("https://studio.example",))
    content = (FOLDER / name).read_bytes()
    for origin in ("https://studio.example", "https://other.example"):
        response = await exchange(
            running.port, head(f"GET /client/{name}", f"Origin: {origin}"), wait_s=10
        )
        assert (response.status, response.body) == (200, content)
        assert response.headers["content-type"] == TYPES[name]
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    bare = await exchange(running.port, head(f"HEAD /client/{name}"))
    assert (bare.status, bare.headers["content-length"]) == (200, str(len(content)))


@pytest.mark.parametrize("name", TYPES)
async def test_a_file_that_the_client_has_is_not_sent_again(running: Running, name: str) -> None:
    target = f"GET /client/{name}"
    response = await exchange(running.port, head(target))
    assert response.headers["cache-control"] == "no-cache"
    tag = response.headers["etag"]
    same = await exchange(running.port, head(target, f"If-None-Match: {tag}"))
    assert (same.status, same.headers["etag"], same.body) == (304, tag, b"")
    assert same.headers["access-control-allow-origin"] == "*"
    packed = await exchange(running.port, head(target, "Accept-Encoding: gzip"))
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] != tag
    assert zlib.decompress(packed.body, wbits=31) == response.body
    wrong = await exchange(running.port, head(f"{target}?v=1"))
    assert (wrong.status, wrong.json["code"]) == (422, "invalid_parameter")


async def test_the_files_need_no_key(keyed: Keyed) -> None:
    for name in TYPES:
        assert (await keyed.send(f"GET /client/{name}")).status == 200
