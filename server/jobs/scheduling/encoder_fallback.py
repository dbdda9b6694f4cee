"""An encoder that failed in the middle of a job: replaced, and every segment encoded again."""

import logging

from server.files.disk import discard
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.pipeline import Pipeline
from server.jobs.scheduling.plan import SEGMENT_PREFIX
from server.jobs.store.store import Store
from server.logging_json import log_event
from server.protocol.encodings import ENCODINGS

_LOG = logging.getLogger(__name__)


async def fall_back_encoder(store: Store, pipeline: Pipeline, active: ActiveJob) -> None:
    """Replace the encoder of a job by its fallback, and split the job again.

    No slot works for the job meanwhile, except the caller.
    """
    failed = active.job.encoder
    encoder = ENCODINGS[failed].fallback if failed else None
    active.is_paused = True
    try:
        await active.cancel_other_slots()
        for segment in (*active.undimmed, *active.segments):
            discard(segment.path(active.folder))
        await store.tasks.delete(active.job.id, SEGMENT_PREFIX)
        changes = {"encoder": encoder, "encoder_fallback": failed}
        active.job = await store.jobs.update(active.job.id, **changes) or active.job
        active.drawing.clear()
        await pipeline.split(active)
    finally:
        active.is_paused = False
    log_event(_LOG, logging.WARNING, "job.encoder_fallback", job=active.job.id, encoder=encoder)
