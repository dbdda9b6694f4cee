"""Readiness: whether a job accepted now could succeed."""

from typing import Any

from server.concurrency import run_in_thread
from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.model.job import Status
from server.jobs.scheduling.dispatcher import Dispatcher
from server.jobs.storage.data_folder import DataFolder
from server.jobs.store.store import Store
from server.protocol.codec import to_json


async def describe_readiness(
    config: Config,
    data: DataFolder,
    store: Store,
    machine: MachineProbe,
    dispatcher: Dispatcher,
    *,
    draining: bool,
) -> tuple[bool, dict[str, Any]]:
    """Return whether a job accepted now could succeed, and the details."""
    free = data.free_mb()
    write_error = await run_in_thread(data.write_error)
    # The disk comes first: without one that can be written no encoder opens either.
    problems = []
    if free < config.min_free_mb:
        problems.append(f"{free} MB are free, MIN_FREE_MB is {config.min_free_mb}")
    elif write_error is not None:
        problems.append(f"the data folder cannot be written: {write_error}")
    problems += machine.problems()
    if draining:
        problems.append("draining")
    return not problems, {
        "ready": not problems,
        "problems": problems,
        "renderer": machine.renderer,
        "software": machine.software,
        "encoder": machine.encoder,
        "encoderFallback": machine.encoder_fallback,
        "encoders": to_json(machine.encoders),
        "gpus": machine.describe_gpus(),
        "codecs": list(machine.codecs),
        "disk": {
            "freeMb": free,
            "minFreeMb": config.min_free_mb,
            "writable": write_error is None,
        },
        "queue": {
            "queued": await store.jobs.count(Status.QUEUED),
            "limit": config.max_queued_exports,
            "processing": await store.jobs.count(Status.PROCESSING),
            "slots": len(dispatcher.slots),
        },
        "draining": draining,
    }
