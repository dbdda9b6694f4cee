"""An error that a client can get: its HTTP status and its sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorSpec:
    """Entry of the catalogue."""

    status: int | None
    """HTTP status; None if the error only ends jobs."""
    en: str
    ru: str
    retryable: bool = False
    """True if the same request can succeed later."""
