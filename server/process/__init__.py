"""Processes: sandbox and entry point of children, and the processors that this one may use."""
