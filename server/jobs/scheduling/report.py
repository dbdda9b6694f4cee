"""Report of a job: the machine that made it, and the results of its tasks."""

from collections.abc import Mapping
from typing import Any

from server.jobs.model.job import Job
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.blank_video import blank_colour
from server.jobs.scheduling.plan import SEGMENT_PREFIX
from server.jobs.store.tasks import StoredResult
from server.protocol.codec import to_json
from server.protocol.results.drawing import DrawnSegment
from server.protocol.results.media import MuxedVideo
from server.protocol.tasks import Analyse, Mux


def machine_report(job: Job) -> dict[str, Any]:
    """Return the part of a job's report that is known when it starts."""
    report: dict[str, Any] = {
        "renderer": job.renderer,
        "software": job.software,
        "encoder": job.encoder,
    }
    if job.encoder_fallback:
        report["encoderFallback"] = job.encoder_fallback
    return report


def finished_report(active: ActiveJob, results: Mapping[str, StoredResult]) -> dict[str, Any]:
    """Return the report of a job whose video is verified.

    Args:
        active: the job.
        results: of its tasks, by name; those of an earlier version of the server may be incomplete.
    """
    nothing = StoredResult({})
    muxed, analysis = results.get(Mux.name, nothing), results.get(Analyse.name, nothing)
    segments = [
        result.read(DrawnSegment)
        for name, result in results.items()
        if name.startswith(SEGMENT_PREFIX)
    ]
    video_segments = [
        results.get(segment.name, nothing).read(DrawnSegment) for segment in active.segments
    ]
    video = muxed.read(MuxedVideo)
    report = machine_report(active.job)
    if active.render_s and active.pace.frames:
        report["framesPerSecond"] = round(active.pace.frames / active.render_s, 2)
    return {
        **report,
        "seconds": {
            "analyse": round(analysis.wall_s, 3),
            "flashes": round(
                active.flashes.wall_s + sum(segment.seconds.flashes for segment in segments), 3
            ),
            "compile": round(sum(segment.seconds.compile for segment in segments), 3),
            "render": round(sum(segment.seconds.render for segment in segments), 3),
            "readback": round(sum(segment.seconds.readback for segment in segments), 3),
            "encode": round(sum(segment.seconds.encode for segment in segments), 3),
            "join": round(muxed.wall_s, 3),
        },
        "flashes": {"allowed": active.job.spec.allow_flashing, **active.flashes.report()},
        "blank": blank_colour(segment.shades for segment in video_segments),
        "size": video.bytes,
        "sha256": video.sha256,
        "check": to_json(video.check),
    }
