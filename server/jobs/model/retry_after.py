"""Seconds after which a refused client should retry (header Retry-After)."""

BRIEF_S = 2
"""The first of two equal requests is still being handled."""
FILE_CHANGED_S = 5
"""A file changed while it was read."""
SOON_S = 15
"""Other uploads, or the validation of an effect, use all capacity."""
BUSY_S = 30
"""The queue is full, or the server cannot render now; also the default of an error."""
DISK_FULL_S = 60
"""The disk is full."""
