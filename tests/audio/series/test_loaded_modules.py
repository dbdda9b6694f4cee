"""Modules of numpy that threads use: loaded before, since it is not safe in two at a time."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["audio.rhythm.filterbank", "audio.spectrum.bands", "audio.spectrum.analyser_node"],
)
def test_transforms_are_loaded_with_the_module(module: str) -> None:
    program = f"import sys, server.{module}; sys.exit('numpy.fft' not in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
