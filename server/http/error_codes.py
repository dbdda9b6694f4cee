"""The error codes of each operation; only codes that are raised somewhere."""

from server.errors import CATALOGUE

EVERYWHERE = ("malformed_request", "method_not_allowed", "internal", "too_many_connections")
"""Responses to a malformed request, a wrong method, an internal error, and one connection more."""
AUTHENTICATION = ("unauthenticated", "rate_limited")
"""Responses of every route that is not open, on a server with API keys."""
JOB = ("not_found", "precondition_failed")
STREAM = (*JOB, "too_many_streams")
EXPORTS = ("not_found", "invalid_parameter")
CANCEL = (*JOB, "storage_full")
DOWNLOAD_HEAD = ("not_found", "result_not_ready", "result_expired", "precondition_failed")
DOWNLOAD = (*DOWNLOAD_HEAD, "range_not_satisfiable")
EFFECTS = ("invalid_parameter", "precondition_failed")
CLIENT = ("invalid_parameter", "precondition_failed")
PRESETS = ("invalid_parameter", "precondition_failed")
EFFECT = (
    "not_found",
    "invalid_parameter",
    "precondition_failed",
    "shader_rejected",
    "shader_compile_failed",
    "not_ready",
    "draining",
)
METRICS = ("unauthenticated",)
THUMBNAIL = (
    *EFFECT,
    "rate_limited",
    "storage_full",
)
READY = ("draining", "not_ready")
EXPORT = (
    "malformed_request",
    "malformed_multipart",
    "missing_field",
    "duplicate_field",
    "unknown_field",
    "upload_incomplete",
    "upload_timeout",
    "body_too_large",
    "file_too_large",
    "duration_too_long",
    "image_too_large",
    "unsupported_media_type",
    "unsupported_content_type",
    "unsupported_content_encoding",
    "undecodable_audio",
    "undecodable_image",
    "invalid_parameter",
    "unknown_effect",
    "shader_rejected",
    "shader_compile_failed",
    "plan_not_allowed",
    "effect_not_allowed",
    "too_many_jobs",
    "idempotency_in_progress",
    "idempotency_mismatch",
    "unknown_upload",
    "upload_expired",
    "video_too_costly",
    "queue_full",
    "rate_limited",
    "draining",
    "storage_full",
    "not_ready",
)
_OF_JOBS = (
    *("queue_full", "idempotency_in_progress", "idempotency_mismatch", "too_many_jobs"),
    "video_too_costly",
)
_OF_FRAMES = tuple(code for code in EXPORT if code not in _OF_JOBS)
PREVIEW = (*_OF_FRAMES, "preview_replaced")
_OF_EFFECTS = ("unknown_effect", "shader_rejected", "shader_compile_failed")
_OF_PLANS = ("plan_not_allowed", "effect_not_allowed")
_OF_UPLOADS = ("unknown_upload", "upload_expired")
UPLOAD = tuple(code for code in _OF_FRAMES if code not in (*_OF_EFFECTS, *_OF_UPLOADS, *_OF_PLANS))
KEPT = ("not_found", "upload_expired", "precondition_failed")
PICTURE = (
    *KEPT,
    *("invalid_parameter", "undecodable_image", "image_too_large", "unsupported_media_type"),
    *("rate_limited", "not_ready", "draining", "storage_full"),
)
CUT = (
    *KEPT,
    *("invalid_parameter", "duration_too_long", "undecodable_audio", "unsupported_media_type"),
    *("rate_limited", "not_ready", "draining", "storage_full"),
)
CUT_FILE = KEPT
CUT_AUDIO = (*KEPT, "range_not_satisfiable")
SPECTRA = (*KEPT, "invalid_parameter")
ALL = tuple(
    dict.fromkeys(
        (
            *(*EVERYWHERE, *AUTHENTICATION, *JOB, *EXPORTS, *STREAM, *CANCEL, *DOWNLOAD),
            *(*EFFECTS, *PRESETS, *EFFECT, *READY, *METRICS, *EXPORT, *PREVIEW),
        )
    )
)
"""Every code that a response can carry."""

NOTES = {
    "idempotency_in_progress": "the first request with this Idempotency-Key is being handled",
    "idempotency_mismatch": "the Idempotency-Key belongs to a request of other fields or files",
    "preview_replaced": "a newer preview of the same client and session was requested: do not "
    "repeat this one, which would replace that one in turn",
    "unauthenticated": "on a server with API keys: no key, or one that is not valid",
    "precondition_failed": "If-Match names another version",
    "unknown_upload": "`trackId` or `images` names none of the sender's tracks or photos",
    "upload_expired": "the track or photo was kept, and is not any more: send it again",
    "result_not_ready": "the job is queued or processing",
    "result_expired": "the file was removed, or the job failed or was cancelled and has none",
}
"""Explanations of codes whose names do not say enough."""


def by_status(codes: tuple[str, ...]) -> dict[int, list[str]]:
    """Group `codes`, and ``internal``, by their HTTP statuses."""
    codes_by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys((*codes, "internal")):
        status = CATALOGUE[code].status
        assert status is not None, code
        codes_by_status.setdefault(status, []).append(code)
    return dict(sorted(codes_by_status.items()))
