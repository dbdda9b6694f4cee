"""Comparisons of a video, picture and audio, with the track and photo that were uploaded."""
