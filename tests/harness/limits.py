"""Timeouts of tests: only a hanging process reaches them, however busy the machine is."""

HANG_S = 600.0
"""Seconds after which a wait or a child is taken to hang; it ends as soon as it is done."""
