"""Report of a job: the machine that made it, and the results of its tasks."""

from typing import Any

from server.jobs.model.job import Job
from server.jobs.scheduling.active_job import ActiveJob
from server.jobs.scheduling.blank_video import blank_colour


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


def finished_report(active: ActiveJob, results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the report of a job whose video is verified.

    Args:
        active: the job.
        results: of its tasks, by name.
    """
    joined = results["join"]
    segment_results = [value for name, value in results.items() if name.startswith("segment-")]
    flash_result = results.get("flashes", {}) if active.flashes else {}
    seconds = {"analyse": round(results.get("analyse", {}).get("wall", 0.0), 3)}
    seconds["flashes"] = round(flash_result.get("wall", 0.0), 3)
    for stage in ("compile", "render", "readback", "encode"):
        spent = sum(value.get("seconds", {}).get(stage, 0.0) for value in segment_results)
        seconds[stage] = round(spent, 3)
    seconds["join"] = round(joined["wall"], 3)
    report = machine_report(active.job)
    if active.render_s and active.drawn_frames:
        report["framesPerSecond"] = round(active.drawn_frames / active.render_s, 2)
    return {
        **report,
        "seconds": seconds,
        "flashes": {
            "allowed": active.job.spec.allow_flashing,
            "limited": flash_result.get("limited", []),
        },
        "blank": blank_colour(value.get("shades") for value in segment_results),
        "size": joined["bytes"],
        "sha256": joined["sha256"],
        "check": joined["check"],
    }
