"""Comparisons of a video, as seen and heard, with the track and photo that were uploaded."""
