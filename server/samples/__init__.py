"""A track and a photo made by code: what is shown and heard where nobody gave any."""
