"""The way of a front end with the client in Node, against the real server."""

from pathlib import Path

import pytest

from tests.harness.javascript_client import result_of
from tests.harness.server import Server
from tests.web.client.walk_result import check_walk


@pytest.mark.slow
async def test_one_upload_and_several_videos(
    server: Server, url: str, files: dict[str, Path], tmp_path: Path
) -> None:
    result = await result_of(url, "walk.js", "walk", **files)
    check_walk(result, server, tmp_path)
