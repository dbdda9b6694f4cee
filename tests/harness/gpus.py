"""Two EGL devices on a machine that has one: GLVND loads Mesa's library twice."""

import json
import os
import shutil
from pathlib import Path

import pytest

from server.render.gl.devices import list_devices

_VARIABLE = "__EGL_VENDOR_LIBRARY_FILENAMES"


class TwoDevices:
    """Devices 0 and 1 for programs that get `settings`; device 1 can be lost.

    Args:
        folder: for the second library and the lists that name it.
    """

    def __init__(self, folder: Path) -> None:
        first = _mesa()
        self._second = folder / "libEGL_second.so.0"
        shutil.copy(first, self._second)
        lists = [folder / "first.json", folder / "second.json"]
        for file, library in zip(lists, (first, self._second), strict=True):
            content = {"file_format_version": "1.0.0", "ICD": {"library_path": str(library)}}
            file.write_text(json.dumps(content))
        self.settings = {_VARIABLE: ":".join(map(str, lists))}

    def lose_second(self) -> None:
        """Remove device 1 for every program that starts from now on."""
        self._second.unlink()


def _mesa() -> Path:
    """Return Mesa's EGL library, if GLVND has loaded it and nothing else."""
    devices = list_devices()
    with open("/proc/self/maps") as maps:
        paths = {Path(line.split()[-1]) for line in maps if "libEGL_" in line}
    if len(devices) != 1 or len(paths) != 1 or not devices[0].software or _VARIABLE in os.environ:
        pytest.skip("this machine has not Mesa's software device alone")
    return paths.pop()
