"""The room for kept uploads is shared by clients: a flood displaces its own uploads first."""

from io import BytesIO
from ipaddress import ip_network

import numpy as np
import pytest
from PIL import Image

from server.access.delegated_token import issue_token
from tests.harness.api_keys import bearer
from tests.harness.limits import HANG_S
from tests.http.conftest import Keyed, Running, Start, StartKeyed
from tests.http.wire import exchange, form, head, part, post


def photo(seed: int) -> bytes:
    """Return a photo of 200 kB: five have room where a megabyte is kept."""
    noise = np.random.default_rng(seed).integers(0, 256, (256, 256, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


async def keep_photo(running: Running, seed: int, line: str) -> str:
    """Keep a photo; return its path."""
    request = post(form(part("photo", photo(seed), filename="p")), line)
    request = request.replace(b"POST /export", b"POST /photos", 1)
    created = await exchange(running.port, request, wait_s=HANG_S)
    assert created.status == 201, created.body
    return str(created.json["url"])


def new_token(keyed: Keyed, key_id: str) -> str:
    ring = keyed.running.service.access.keys
    key = ring.get(key_id) if ring else None
    assert key is not None
    return bearer(issue_token(key, "free", 600))


async def statuses(running: Running, *kept: tuple[str, str]) -> list[int]:
    """Return the statuses of uploads, each a path with the line of the request."""
    return [(await exchange(running.port, head(f"GET {path}", line))).status for path, line in kept]


@pytest.mark.slow
async def test_a_flood_from_one_address_displaces_its_own_uploads_alone(start: Start) -> None:
    running = await start(uploads_kept_mb=1, trusted_proxies=(ip_network("127.0.0.1/32"),))
    lines = [f"X-Forwarded-For: 198.51.100.{number}" for number in (1, 2)]
    kept = [(await keep_photo(running, 0, lines[0]), lines[0])]
    kept += [(await keep_photo(running, 1 + number, lines[1]), lines[1]) for number in range(6)]
    assert await statuses(running, *kept) == [200, 410, 410, 200, 200, 200, 200]


@pytest.mark.slow
async def test_a_flood_of_one_token_displaces_its_own_uploads_first(
    start_keyed: StartKeyed,
) -> None:
    keyed = await start_keyed(uploads_kept_mb=1)
    running, other = keyed.running, bearer(keyed.keys["other"])
    holders = [new_token(keyed, "own") for _ in range(2)]
    kept = [(await keep_photo(running, 0, holders[0]), holders[0])]
    kept += [(await keep_photo(running, 1 + number, holders[1]), holders[1]) for number in range(6)]
    assert await statuses(running, *kept) == [200, 410, 410, 200, 200, 200, 200]
    # The tokens of a key have one share together: another key displaces what they have too much.
    kept += [(await keep_photo(running, 7 + number, other), other) for number in range(2)]
    assert await statuses(running, *kept) == [200, *[410] * 4, 200, 200, 200, 200]
