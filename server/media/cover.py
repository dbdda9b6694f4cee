"""The cover that a track carries: ID3 APIC, FLAC PICTURE, MP4 covr, attachments of Matroska …"""

from pathlib import Path

from server.confine import Limits
from server.media import contents, ffmpeg, part
from server.media.opened import arguments

_LIMITS = Limits(memory_bytes=1 << 30, cpu_s=5, open_files=32)
_LIMIT_S = 10.0
_MOST_BYTES = 64 << 20


def extract(path: Path, kind: str, out: Path) -> bool:
    """Write the picture file that a track carries, as it is; of several the front cover.

    Args:
        path: the track.
        kind: its demuxer, from `sniff_audio_file`.
        out: the file to write, through its `.part`.

    Returns:
        Whether there is one.

    Raises:
        ToqiboxError: storage_full.
    """
    covers = [stream for stream in contents.look(path, kind).streams if stream.is_cover]
    if not covers:
        return False
    chosen = max(covers, key=lambda stream: stream.is_front)  # the first of equal ones
    argv = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-loglevel", "error"]
    argv += [*arguments(path, kind, whole=True), "-map", f"0:{chosen.index}", "-c", "copy"]
    argv += ["-frames:v", "1", "-f", "image2pipe", "pipe:1"]
    try:
        found = ffmpeg.run(argv, _LIMITS, limit_s=_LIMIT_S, stdout_bytes=_MOST_BYTES).stdout
    except ffmpeg.MediaError:
        return False
    if not found:
        return False
    with part.writing(out) as file:
        file.write(found)
    return True
