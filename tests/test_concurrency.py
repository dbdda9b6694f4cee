"""Calls in threads whose caller is cancelled."""

import asyncio
import gc
from threading import Event
from typing import Any

import pytest

from server.concurrency import run_in_thread
from server.errors import ToqiboxError


async def unretrieved_after_cancel(error: Exception) -> list[Exception]:
    """Return the errors that asyncio logs once a cancelled call has ended in an error."""
    go, unretrieved = Event(), []

    def fail() -> None:
        go.wait()
        raise error

    def record(_: object, context: dict[str, Any]) -> None:
        unretrieved.append(context["exception"])

    asyncio.get_running_loop().set_exception_handler(record)
    call = asyncio.create_task(run_in_thread(fail))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(0)
    gc.collect()  # asyncio logs the error of a task that is no longer referenced
    return unretrieved


@pytest.mark.parametrize("error", [ToqiboxError("upload_expired"), FileNotFoundError()])
async def test_the_refusal_of_a_cancelled_call_is_not_logged(error: Exception) -> None:
    assert await unretrieved_after_cancel(error) == []


async def test_a_fault_in_a_cancelled_call_is_logged() -> None:
    fault = ValueError()
    assert await unretrieved_after_cancel(fault) == [fault]
