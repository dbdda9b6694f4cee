"""The routes of the API, in one list."""

from server.http.error_codes import (
    CANCEL,
    EFFECT,
    EFFECTS,
    EXPORT,
    EXPORTS,
    JOB,
    METRICS,
    PRESETS,
    PREVIEW,
    READY,
    STREAM,
    THUMBNAIL,
)
from server.http.handlers import effects, health, metrics, openapi, presets, previews
from server.http.handlers.exports import downloads, events, exports, own_exports
from server.http.openapi.form_schema import form_schema
from server.http.openapi.operation import (
    IDEMPOTENCY_KEY,
    METRICS_TEXT,
    PAGE,
    Operation,
    accepted,
    cacheable,
    cacheable_picture,
    download,
    event_stream,
    headers,
    json_body,
    listing,
    picture,
)
from server.http.openapi.preview_schema import preview_schema
from server.http.openapi.route import Route
from server.http.server.upload_routes import UPLOAD_ROUTES

_JOB = {"200": json_body("Job")}
_READINESS = {
    "200": json_body("Readiness"),
    "503": json_body("NotReady", description="; ".join(READY)),
}

ROUTES = (
    Route(
        "POST",
        "/export",
        exports.create_export,
        Operation(
            "createExport",
            "Submit a job",
            accepted("Accepted"),
            EXPORT,
            parameters=[IDEMPOTENCY_KEY],
            form=form_schema,
        ),
        endpoint="export",
    ),
    Route(
        "GET",
        "/exports",
        own_exports.list_exports,
        Operation(
            "listExports",
            "The jobs of the key, the newest first; only on a server with API keys",
            {"200": json_body("Exports")},
            EXPORTS,
            parameters=PAGE,
        ),
        endpoint="exports",
    ),
    Route(
        "GET",
        "/export/{jobId}",
        exports.show_export,
        Operation("getExport", "State of a job", _JOB, JOB),
        endpoint="status",
    ),
    Route(
        "DELETE",
        "/export/{jobId}",
        exports.cancel_export,
        Operation(
            "cancelExport",
            "Cancel a live job, or remove the files of a completed one",
            _JOB,
            CANCEL,
        ),
        endpoint="cancel",
    ),
    Route(
        "GET",
        "/export/{jobId}/chain",
        exports.show_chain,
        Operation("getChain", "Effects of a job, with sources", {"200": json_body("Chain")}, JOB),
        endpoint="chain",
    ),
    Route(
        "GET",
        "/export/{jobId}/events",
        events.follow_export,
        event_stream("followExport", "A job and its changes as Server-Sent Events", "Job", STREAM),
        endpoint="events",
        takes_links=True,
    ),
    Route(
        "GET",
        "/download/{jobId}",
        downloads.download_video,
        download("downloadVideo", "The video", "video/mp4"),
        endpoint="download",
        takes_links=True,
    ),
    Route(
        "GET",
        "/download/{jobId}/poster.jpg",
        downloads.download_poster,
        download("downloadPoster", "The poster", "image/jpeg"),
        endpoint="poster",
        takes_links=True,
    ),
    *UPLOAD_ROUTES,
    Route(
        "GET",
        "/effects",
        effects.list_effects,
        listing("listEffects", "Every effect", "Effects", EFFECTS),
        endpoint="effects",
        is_open=True,
    ),
    Route(
        "GET",
        "/effects/{id}",
        effects.show_effect,
        Operation("getEffect", "One effect", cacheable("EffectProgram"), EFFECT),
        endpoint="effect",
        is_open=True,
    ),
    Route(
        "GET",
        "/effects/{id}/thumbnail.webp",
        previews.show_thumbnail,
        Operation(
            "getThumbnail",
            "A picture of an effect, 320×180",
            {
                **cacheable_picture("The effect with a sample track and photo", "image/webp"),
                "202": json_body("ThumbnailProgress", headers=headers("Retry-After")),
            },
            THUMBNAIL,
        ),
        endpoint="thumbnail",
        is_open=True,
    ),
    Route(
        "POST",
        "/preview",
        previews.draw_preview,
        Operation(
            "drawPreview",
            "A frame of the video that an export would be",
            picture("The frame", "image/png", "image/webp", header="X-Frame"),
            PREVIEW,
            parameters=[previews.SESSION],
            form=preview_schema,
        ),
        endpoint="preview",
    ),
    Route(
        "GET",
        "/presets",
        presets.list_presets,
        listing("listPresets", "Every preset", "Presets", PRESETS),
        endpoint="presets",
        is_open=True,
    ),
    Route(
        "GET",
        "/health",
        health.health,
        Operation("getHealth", "The process answers", {"200": json_body("Health")}),
        endpoint="health",
        is_open=True,
    ),
    Route(
        "GET",
        "/ready",
        health.ready,
        Operation("getReadiness", "Readiness for a render", _READINESS),
        endpoint="ready",
        is_open=True,
    ),
    Route(
        "GET",
        "/metrics",
        metrics.show_metrics,
        Operation("getMetrics", "Metrics for Prometheus", METRICS_TEXT, METRICS),
        endpoint="metrics",
        is_open=True,
    ),
    Route(
        "GET",
        "/openapi.json",
        openapi.show_document,
        Operation("getDocument", "This document", {"200": json_body("Document")}),
        endpoint="openapi",
        is_open=True,
    ),
    Route(
        "GET",
        "/",
        health.root,
        Operation("getService", "Name, version, endpoints", {"200": json_body("Root")}),
        is_open=True,
    ),
)
