"""Draws: effects through OpenGL into frames, and the worker program that does all tasks."""
