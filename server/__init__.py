"""TOQIBOX Render: a track and a photo go in, a music video comes out."""

__version__ = "0.1.0"
