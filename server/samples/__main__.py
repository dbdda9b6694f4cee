"""`python -m server.samples FOLDER`: the sample track and photos in a process of their own."""

import sys
from pathlib import Path

from server.samples.material import write_plain

if __name__ == "__main__":
    write_plain(Path(sys.argv[1]))
