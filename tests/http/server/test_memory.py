"""Free memory of the process."""

import subprocess
import sys

_BURSTS = """
import os
from pathlib import Path
from server.http.server.memory import FreeMemory

def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

memory = FreeMemory()
for has_sample in (True, True, False, False):
    blocks = [bytearray(b"x" * 60_000) for _ in range(2000)]
    in_use = has_sample and memory.give_back()
    kept = blocks[::100] + blocks[-1:]
    del blocks
    before = resident_bytes()
    is_free = memory.give_back()
    print(in_use, is_free, before - resident_bytes() > 80_000_000, memory.give_back())
"""


def test_memory_of_bursts_is_given_back() -> None:
    """The last block of each lives on, so that the C library would keep all of them.

    The third and the fourth come and go between two samples.
    """
    process = subprocess.run(
        [sys.executable, "-c", _BURSTS], capture_output=True, text=True, check=True
    )
    assert process.stdout.splitlines() == ["False True True False"] * 4
