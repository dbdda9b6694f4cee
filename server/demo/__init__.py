"""The demo: a track and a photo made by code, and the run that exports them."""
