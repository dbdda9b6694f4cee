"""Drawn frames, encoded and compared with what was drawn."""
