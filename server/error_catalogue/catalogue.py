"""Catalogue of errors: code, HTTP status, sentence in two languages.

All sentences for clients are in this folder, in messages.py, access_messages.py and warnings.py.
They contain no path, stack trace or output of a tool: those go to the log.
"""

from server.error_catalogue.effect_errors import EFFECT_ERRORS
from server.error_catalogue.error_spec import ErrorSpec
from server.error_catalogue.job_errors import JOB_ERRORS
from server.error_catalogue.request_errors import REQUEST_ERRORS
from server.error_catalogue.server_errors import SERVER_ERRORS
from server.error_catalogue.upload_errors import UPLOAD_ERRORS
from server.error_catalogue.video_errors import VIDEO_ERRORS

CATALOGUE: dict[str, ErrorSpec] = {
    **REQUEST_ERRORS,
    **UPLOAD_ERRORS,
    **EFFECT_ERRORS,
    **VIDEO_ERRORS,
    **SERVER_ERRORS,
    **JOB_ERRORS,
}
"""Errors by code."""
