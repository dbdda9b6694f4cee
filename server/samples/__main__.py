"""`python -m server.samples FOLDER`: the sample track and photos in a process of their own."""

import sys
from pathlib import Path

from server.samples.sample_files import write_without_ffmpeg

if __name__ == "__main__":
    write_without_ffmpeg(Path(sys.argv[1]))
