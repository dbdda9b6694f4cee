"""A disk that fails in other ways than by being full, at each step of an upload."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.jobs.model.job import Status
from tests.http.conftest import Running
from tests.http.wire import exchange, form, head, part, post

Media = tuple[bytes, bytes]
_MAX_SYNCS = 12
"""More than a request makes: of both files, of folders before and after the files are moved."""


def _request(media: Media, target: str = "/export") -> bytes:
    if target == "/photos":
        body = form(part("photo", media[1], filename="p"))
    else:
        body = form(part("audio", media[0], filename="a"), part("photo", media[1], filename="b"))
    return post(body).replace(b"POST /export", f"POST {target}".encode(), 1)


async def _assert_untouched(running: Running) -> None:
    assert await running.spool_is_empty()
    assert list(running.service.data.jobs.iterdir()) == []
    assert await running.service.store.jobs.count(Status.QUEUED) == 0
    assert (await exchange(running.port, head("GET /health"))).status == 200


def _fail_call(real: Callable[..., Any], number: int, code: int) -> Callable[..., Any]:
    """Return `real` with an error at its call with this number, from 1."""
    calls = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise OSError(code, os.strerror(code))
        return real(*arguments, **named)

    return call


@pytest.mark.slow
@pytest.mark.fault("I12", "I01")
@pytest.mark.parametrize(
    ("error", "code"),
    [(errno.EIO, "not_ready"), (errno.ENOSPC, "storage_full"), (errno.EDQUOT, "storage_full")],
)
async def test_an_upload_that_cannot_be_synced_is_not_accepted(
    running: Running, media: Media, monkeypatch: pytest.MonkeyPatch, error: int, code: str
) -> None:
    refused = 0
    for number in range(1, _MAX_SYNCS):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", _fail_call(os.fsync, number, error))
            response = await exchange(running.port, _request(media), wait_s=60)
        if response.status == 202:
            break
        assert (response.status, response.code) == (503, code), number
        assert int(response.headers["retry-after"]) >= 1
        await _assert_untouched(running)
        refused += 1
    assert response.status == 202
    assert refused >= 5


@pytest.mark.fault("I05", "I12")
@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("target", ["/export", "/photos"])
async def test_a_folder_that_cannot_be_written_refuses_until_it_can(
    running: Running, media: Media, monkeypatch: pytest.MonkeyPatch, error: int, target: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", _fail_call(Path.mkdir, 1, error))
        response = await exchange(running.port, _request(media, target))
    assert (response.status, response.code) == (503, "not_ready")
    assert "retry-after" in response.headers
    await _assert_untouched(running)
    accepted = await exchange(running.port, _request(media, target), wait_s=60)
    assert accepted.status in (201, 202), accepted.body
