"""Seconds after which a client that was refused should ask again (the header Retry-After)."""

FILE_CHANGED_S = 5
"""A file was changed while it was read."""
SOON_S = 15
"""Other uploads, or the validation of an effect, take all there is."""
BUSY_S = 30
"""The queue is full, or the server cannot render now; also where an error says nothing."""
DISK_FULL_S = 60
"""The disk is full."""
