"""Run a module of this program from the tree that contains this file.

    python -I start.py MODULE [ARGUMENT …]

Plain `python -I -m MODULE` would take the module from the installed packages, which may lack the
program or contain another version of it.
"""

import os
import runpy
import sys
from pathlib import Path


def command(module: str, *arguments: str) -> list[str]:
    """Build the command line that runs `module` of this tree in an isolated interpreter."""
    return [sys.executable, "-I", os.path.abspath(__file__), module, *arguments]


def _main() -> None:
    sys.path.insert(0, str(Path(__file__).absolute().parents[2]))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
