"""The format of the prepared audio, the file `file_names.AUDIO`."""

SAMPLE_RATE = 48_000
"""Samples of a channel per second."""
CHANNELS = 2
