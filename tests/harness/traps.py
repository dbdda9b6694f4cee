"""Files of another type than their name says, which refer to other files or expand in memory."""

import select
import socket
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.photos import png_of
from tests.harness.tracks import FORMATS, Samples, store


@dataclass
class Trap:
    """A file that nobody may open and a port that nobody may connect to."""

    canary: Path
    listener: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self.canary.write_text("nobody may read this")
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def sprung(self) -> bool:
        """True if a client has connected."""
        return bool(select.select([self.listener], [], [], 0)[0])

    def traces(self, calls: list[str]) -> list[str]:
        """Return the calls that open the file or connect to the port."""
        marks = (self.canary.name, f"htons({self.port})")
        return [call for call in calls if any(mark in call for mark in marks)]


def playlists(trap: Trap) -> dict[str, bytes]:
    """Return playlists, each with a different way to reach the trap, by name of the case."""
    file, web = f"file://{trap.canary}", f"http://127.0.0.1:{trap.port}/x.ts"
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="{file}",IV=0x00\n'
    by_name = {
        "file": _hls(file),
        "bare path": _hls(str(trap.canary)),
        "web": _hls(web),
        "concat": _hls(f"concat:{trap.canary}|{web}"),
        "subfile": _hls(f"subfile,,start,0,end,9,,:{trap.canary}"),
        "key": _hls(web, key),
        "master": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{file}\n".encode(),
        "dash": f'<?xml version="1.0"?><MPD><BaseURL>{web}</BaseURL></MPD>'.encode(),
        "sdp": f"v=0\nc=IN IP4 127.0.0.1\nm=audio {trap.port} RTP/AVP 0\n".encode(),
    }
    # Behind a tag that is skipped when the kind of file is looked for.
    by_name["after a tag"] = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + by_name["file"]
    return by_name


def _hls(address: str, key: str = "") -> bytes:
    head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n"
    return f"{head}{key}#EXTINF:1.0,\n{address}\n#EXT-X-ENDLIST\n".encode()


def ffconcat(trap: Trap) -> bytes:
    """Return a script of ffmpeg's concat demuxer."""
    return f"ffconcat version 1.0\nfile '{trap.canary}'\nduration 1\n".encode()


def svg(trap: Trap) -> bytes:
    """Return an SVG image with an entity and two links."""
    return f"""<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{trap.canary}">]>
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&x;</text>
<image href="file://{trap.canary}"/><image href="http://127.0.0.1:{trap.port}/x.png"/></svg>
""".encode()


def postscript(trap: Trap) -> bytes:
    """Return an image format that is a program."""
    return f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n({trap.canary}) run\n".encode()


def bomb_header(side: int = 60_000) -> bytes:
    """Return a PNG that claims to be `side` × `side` and has no pixels."""
    return png_of(side, side, 8, 2, zlib.compress(b"\0"))


def bomb(side: int = 20_000) -> bytes:
    """Return a complete PNG of 400 million black pixels in some kilobytes."""
    row = 1 + side // 8
    return png_of(side, side, 1, 0, zlib.compress(bytes(row * side), 9))


def lying(name: str, samples: Samples, folder: Path) -> Path:
    """Return a track at 44.1 kHz whose header claims hours more than it has."""
    kind = FORMATS[name]
    path = store(samples, 44100, kind, folder / f"lies.{kind.suffix}")
    data = bytearray(path.read_bytes())
    if name == "wav-16":
        data[4:8] = b"\xff" * 4
        at = data.index(b"data") + 4
        data[at : at + 4] = struct.pack("<I", 0x7FFF_FFF0)
    elif name == "flac-16":
        at = data.index(b"fLaC") + 8 + 13  # STREAMINFO: 36 bits, samples in all (RFC 9639, 8.2)
        data[at : at + 5] = bytes([data[at] | 0x0F]) + b"\xff" * 4
    elif name == "m4a-aac":
        at = data.index(b"elst") + 12  # the length of its first edit (ISO/IEC 14496-12, 8.6.6)
        data[at : at + 4] = struct.pack(">I", 0x0FFF_FFFF)
    else:
        at = max(data.find(b"Xing"), data.find(b"Info")) + 8
        data[at : at + 4] = struct.pack(">I", 0x00FF_FFFF)
    path.write_bytes(data)
    return path
