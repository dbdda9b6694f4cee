"""Start the program; the one top-level name that its wheel installs.

The code imports `server`, a name that other packages take too. So the wheel holds `server` and
`shaders` inside this package, and `main` puts that folder first on the path of its own process.
Nothing else of an environment sees the two names.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE if (_HERE / "server").is_dir() else _HERE.parent
"""The folder of `server` and `shaders`: this one in a wheel, the one above it in the repository."""


def main() -> None:
    """Run the command line of `toqibox` and exit with its status."""
    sys.path.insert(0, str(_ROOT))
    from server.cli.main import main as run

    run()
