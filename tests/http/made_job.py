"""A job as it is after its acceptance, without the files of its upload."""

from typing import Any

from server.jobs.model.job import Job, now_ms
from server.jobs.model.spec import Spec
from server.jobs.storage.data_folder import new_id
from server.protocol.scene import EffectInstance


def new_job(**spec: Any) -> Job:
    """Create a queued job, as accept() would."""
    values: dict[str, Any] = {
        "effects": (EffectInstance(id="breathe", file="breathe.fs", source=""),),
        "sequential": False,
        "width": 64,
        "height": 36,
        "fps": 30,
        "frames": 30,
        "fit": "blur",
        "start": "0",
        "duration": "1",
        "title": None,
        "artist": None,
        "samples": 48_000,
        "audio": "a" * 64,
        "photo": "b" * 64,
        "loudest_s": 0.0,
    }
    now = now_ms()
    return Job.new(
        new_id(),
        "free",
        Spec(**{**values, **spec}),
        queue_key=now,
        created_at=now,
        request_id="r",
    )
