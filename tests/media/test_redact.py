"""The messages in /ready reveal nothing about the location of our files."""

from pathlib import Path

import pytest

from server.media.redact import redact_paths


@pytest.mark.fault("E23")
@pytest.mark.parametrize(
    ("message", "redacted"),
    [
        (
            "rc 254: [out#0/mp4 @ 0x5f] Error opening output file:/data/x/trial.mp4.part: No",
            "Error opening output …: No",
        ),
        ("file:/a/b.mp4.part: No such file\nConversion failed!", "…: No such file"),
        ("[Errno 13] Permission denied: '/data/my jobs/t.part'", "[Errno 13] Permission denied: …"),
        ('Cannot open "file:/a b/c".', "Cannot open …."),
        ("Could not open file : /data/my videos/x.mp4", "Could not open file : …"),
        ("Cannot load libcuda.so.1", "Cannot load libcuda.so.1"),
        ("format yuv/nv12 at 30/1 / s", "format yuv/nv12 at 30/1 / s"),
        ("ffmpeg is not installed", "ffmpeg is not installed"),
        ("", ""),
    ],
)
def test_paths_are_left_out(message: str, redacted: str) -> None:
    assert redact_paths(message, Path("/data/my videos"), Path("/data/my videos/x.mp4")) == redacted


def test_it_stays_short() -> None:
    assert len(redact_paths("x" * 1000)) == 200
