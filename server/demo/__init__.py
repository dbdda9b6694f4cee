"""The demo: the run that exports a sample track and photo, and a look at the result."""
