"""A track and photos made by code, for the demo, tests, and users who have none at hand."""
