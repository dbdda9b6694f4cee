from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.jobs.model.job import Job
from server.jobs.model.spec import Spec
from server.jobs.store.store import Store
from server.protocol.scene import EffectInstance

MakeJob = Callable[..., Job]


@pytest.fixture
def make_job() -> MakeJob:
    """Create jobs that differ only in the given values."""
    count = 0

    def make(job_id: str = "", *, queue_key: int = 0, plan: str = "free", **spec: Any) -> Job:
        nonlocal count
        count += 1
        values: dict[str, Any] = {
            "effects": (EffectInstance(id="breathe", file="breathe.fs", source=""),),
            "sequential": False,
            "width": 64,
            "height": 36,
            "fps": 30,
            "frames": 90,
            "fit": "blur",
            "start": "0",
            "duration": "3",
            "title": None,
            "artist": None,
            "samples": 144_000,
            "audio": "a" * 64,
            "photo": "b" * 64,
            "loudest_s": 0.0,
        }
        return Job.new(
            job_id or f"job-{count:04d}",
            plan,
            Spec(**{**values, **spec}),
            queue_key=queue_key or count,
            created_at=count,
            request_id="r",
        )

    return make


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "jobs.db")
    yield store
    store.close()
