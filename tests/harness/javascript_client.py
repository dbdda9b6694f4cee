"""The client of a server in Node, for one function of a module in tests/data/client."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.limits import HANG_S

PROGRAMS = Path(__file__).parents[1] / "data" / "client"


async def run(server: str, module: str, function: str, **options: Any) -> AsyncIterator[Any]:
    """Yield what the function shows; the test is skipped without Node.

    Args:
        server: its URL.
        module: a file of PROGRAMS.
        function: one that it exports.
        options: of the function; paths as text.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    arguments = json.dumps({"server": server, **options}, default=str)
    command = [node, str(PROGRAMS / "run.mjs"), server, str(PROGRAMS / module), function, arguments]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdout=pipe, stderr=pipe, limit=16 * 1024 * 1024
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(HANG_S):
            while line := await process.stdout.readline():
                yield json.loads(line)
            errors = await process.stderr.read()
            assert await process.wait() == 0, errors.decode()
            assert errors == b"", errors.decode()  # such as warnings of Node
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def result_of(server: str, module: str, function: str, **options: Any) -> Any:
    """Return the only value that the function shows; see `run`."""
    [value] = [value async for value in run(server, module, function, **options)]
    return value
