from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import media
from tests.harness.server import Server

PLANS = {"free": 36, "premium": 72}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server that draws one job at a time."""
    folder = tmp_path_factory.mktemp("server") / "data"
    plans = ",".join(f"{name}={side}" for name, side in PLANS.items())
    with Server(folder, PLANS=plans, MAX_PARALLEL_EXPORTS="1") as server:
        yield server


@pytest.fixture
def url(server: Server) -> str:
    return f"http://{server.client.host}:{server.client.port}"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Write a track and a photo, in a folder of their own."""
    folder = tmp_path / "media"
    folder.mkdir()
    paths = {"audio": folder / "track.wav", "image": folder / "photo.jpg"}
    paths["audio"].write_bytes(media.wav(1.5))
    paths["image"].write_bytes(media.photo())
    return paths
