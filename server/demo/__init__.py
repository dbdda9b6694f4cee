"""The demo: the export of a sample track and photo, and the verification of the video."""
