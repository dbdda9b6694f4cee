"""Reading of a form with the rights of its sender and the limits of the server."""

from aiohttp import web

from server.http.app_keys import LIMITS, PRESETS, SERVICE
from server.http.authentication import principal_of
from server.http.shares import queue_share_of
from server.http.uploads.spool_file import FreeSpaceGuard
from server.jobs.submission.export_form import ExportForm, SenderRights


def export_form_of(request: web.Request) -> ExportForm:
    """Return the form of an export that the sender of a request may make."""
    service, sender = request.app[SERVICE], principal_of(request)
    return ExportForm(
        service.config,
        service.library,
        request.app[PRESETS],
        service.validations,
        service.admission,
        SenderRights(
            sender.entitlement(service.config.plans),
            service.kept_uploads.of(sender),
            queue_share_of(request),
        ),
    )


def free_space_guard_of(request: web.Request) -> FreeSpaceGuard:
    """Return the guard that ends the reading of files when the disk is full."""
    service, limits = request.app[SERVICE], request.app[LIMITS]
    return FreeSpaceGuard(lambda: service.admission.has_free_space, limits.free_space_check_bytes)
