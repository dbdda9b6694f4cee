"""Whole jobs and their parts, measured."""
