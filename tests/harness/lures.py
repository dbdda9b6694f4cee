"""Tracks, photos and effects that name a file and an address which nobody may read or contact.

Each function returns the lures of a kind by name. An upload may be refused or accepted: what it
names is never followed.
"""

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path

from tests.harness import media, traps

_SUFFIX_DREF = (b"moov", b"trak", b"mdia", b"minf", b"dinf")
"""Boxes around the references to data (ISO/IEC 14496-12, 8.7.2)."""


def tracks(trap: traps.Trap, folder: Path) -> dict[str, bytes]:
    """Return tracks, by the way in which they name the trap."""
    file, web = f"file://{trap.canary}", f"http://127.0.0.1:{trap.port}/x"
    playlists = traps.playlists(trap)
    wav = media.wav(0.2)
    m4a = media.convert(wav, "m4a", folder).read_bytes()
    flac = media.convert(wav, "flac", folder).read_bytes()
    mp3 = media.convert(wav, "mp3", folder).read_bytes()
    picture = base64.b64encode(_flac_picture(web)).decode()
    ogg = media.convert(wav, "ogg", folder, "-metadata", f"METADATA_BLOCK_PICTURE={picture}")
    return {
        **{f"HLS {name}": playlists[name] for name in ("file", "web", "concat", "after a tag")},
        "ffconcat": traps.ffconcat(trap),
        "m3u": f"{trap.canary}\n{web}\n".encode(),
        "pls": f"[playlist]\nFile1={web}\nFile2={trap.canary}\nNumberOfEntries=2\n".encode(),
        "cue": f'FILE "{trap.canary}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'.encode(),
        "asx": f'<asx version="3.0"><entry><ref href="{web}"/></entry></asx>'.encode(),
        "SDP": playlists["sdp"],
        "XBIN": _xbin(),
        "M4A, data in a file": _with_data_reference(m4a, b"url ", file),
        "M4A, data at an address": _with_data_reference(m4a, b"url ", web),
        "MOV, reference to a file": _reference_movie(file),
        "MOV, reference to an address": _reference_movie(web),
        "FLAC, cover at an address": _flac_with_picture(flac, web),
        "FLAC, cover in a file": _flac_with_picture(flac, file),
        "MP3, cover at an address": _mp3_with_picture(mp3, web),
        "MP3, cover in a file": _mp3_with_picture(mp3, file),
        "OGG, cover at an address": ogg.read_bytes(),
    }


def photos(trap: traps.Trap) -> dict[str, bytes]:
    """Return photos, by the way in which they name the trap."""
    file, web = f"file://{trap.canary}", f"http://127.0.0.1:{trap.port}/x.png"
    return {
        "SVG": traps.svg(trap),
        "SVG in a GIF": b"GIF89a" + traps.svg(trap),
        "PostScript": traps.postscript(trap),
        "MVG": f"push graphic-context\nimage over 0,0 9,9 'url({web})'\npop\n".encode(),
        "MSL": f'<image><read filename="{trap.canary}"/></image>'.encode(),
        "shortcut": f"[InternetShortcut]\nURL={file}\n".encode(),
        "HLS": traps.playlists(trap)["web"],
        "XBIN": _xbin(),
        "TIFF, a loop": _looped_tiff(),
        "JPEG, metadata": _jpeg_with_links(media.photo(), file, web),
    }


def effects(trap: traps.Trap) -> dict[str, str]:
    """Return the texts of effects by the names of their files."""
    web, above = f"http://127.0.0.1:{trap.port}/x.png", f"../{trap.canary.name}"
    places = {
        "above": above,
        "far-above": f"../../../..{trap.canary}",
        "absolute": str(trap.canary),
        "url": f"file://{trap.canary}",
        "web": web,
        "link": "link.png",
    }
    texts = {f"imported-{name}.fs": _isf(path) for name, path in places.items()}
    places["link"] = "link.glsl"
    texts |= {f"include-{name}.fs": _including(path) for name, path in places.items()}
    places["link"] = "link.png"
    texts |= {f"shadertoy-{name}.json": _shadertoy(path) for name, path in places.items()}
    return texts


def webhooks(trap: traps.Trap) -> list[str]:
    """Return URLs that lead to the trap."""
    hosts = ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "127.1", "0.0.0.0")
    urls = [f"{scheme}://{host}:{trap.port}/" for host in hosts for scheme in ("https", "http")]
    return [*urls, f"file://{trap.canary}", f"https://a@127.0.0.1:{trap.port}/"]


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _change_box(data: bytes, path: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> bytes:
    """Return boxes with the first one at `path` changed, and the sizes of those around it."""
    changed, offset = b"", 0
    while offset < len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        content = data[offset + 8 : offset + size]
        if path and kind == path[0]:
            content = _change_box(content, path[1:], change) if path[1:] else change(content)
            path = ()
        changed += _box(kind, content)
        offset += size
    return changed


def _with_data_reference(m4a: bytes, kind: bytes, url: str) -> bytes:
    """Return an M4A, whose index is at its end, with its samples in another file."""
    entry = _box(kind, bytes(4) + url.encode() + b"\0")  # flags 0: not in this file
    reference = bytes(4) + struct.pack(">I", 1) + entry
    return _change_box(m4a, (*_SUFFIX_DREF, b"dref"), lambda _: reference)


def _reference_movie(url: str) -> bytes:
    """Return a movie that is only an address (QuickTime File Format, Reference Movies)."""
    text = url.encode() + b"\0"
    reference = _box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(text)) + text)
    movie = _box(b"moov", _box(b"rmra", _box(b"rmda", reference)))
    return _box(b"ftyp", b"qt  \0\0\0\0qt  ") + movie


def _flac_picture(url: str) -> bytes:
    """Return the block PICTURE whose data is an address (RFC 9639, 8.8)."""
    data, mime = url.encode(), b"-->"
    sizes = struct.pack(">II", 3, len(mime)) + mime + struct.pack(">I4I", 0, 64, 64, 24, 0)
    return sizes + struct.pack(">I", len(data)) + data


def _flac_with_picture(flac: bytes, url: str) -> bytes:
    picture = _flac_picture(url)
    end = 4 + 4 + 34  # behind STREAMINFO, which is the first block and here not the last
    return flac[:end] + bytes([6]) + len(picture).to_bytes(3, "big") + picture + flac[end:]


def _mp3_with_picture(mp3: bytes, url: str) -> bytes:
    """Return an MP3 with an attached picture that is an address (ID3v2.3, 4.15)."""
    content = b"\0-->\0\x03\0" + url.encode()
    frame = b"APIC" + struct.pack(">IH", len(content), 0) + content
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frame + mp3[_id3_bytes(mp3) :]


def _id3_bytes(mp3: bytes) -> int:
    if mp3[:3] != b"ID3":
        return 0
    first, second, third, fourth = mp3[6:10]
    return 10 + (first << 21 | second << 14 | third << 7 | fourth)


def _xbin() -> bytes:
    """Return a text picture of eXtended Binary, which ffmpeg would read as a video."""
    return b"XBIN\x1a" + struct.pack("<HHBB", 8, 8, 16, 0) + b"A\x07" * 64


def _looped_tiff() -> bytes:
    """Return a TIFF whose directory is its own next one, and its own part (TIFF 6.0, section 2)."""
    entries = [(256, 3, 1, 8), (257, 3, 1, 8), (330, 4, 1, 8)]  # width, height, SubIFDs
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 8)


def _jpeg_with_links(jpeg: bytes, file: str, web: str) -> bytes:
    """Return a JPEG whose XMP names other images."""
    xmp = (
        f'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/" a="{file}" b="{web}"/>'
    )
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(xmp)) + xmp.encode()
    return jpeg[:2] + segment + jpeg[2:]


def _isf(path: str) -> str:
    header = {"ISFVSN": "2", "CREDIT": "test", "IMPORTED": {"lure": {"PATH": path}}}
    body = "void main() { gl_FragColor = IMG_NORM_PIXEL(lure, vec2(0.5)); }"
    return f"/*{json.dumps(header)}*/\n{body}\n"


def _including(path: str) -> str:
    header = {"ISFVSN": "2", "CREDIT": "test"}
    return f'/*{json.dumps(header)}*/\n#include "{path}"\nvoid main() {{ gl_FragColor = LURE; }}\n'


def _shadertoy(path: str) -> str:
    source = {"id": "1", "src": path, "ctype": "texture", "channel": 0, "sampler": {}}
    code = "void mainImage(out vec4 c, vec2 p) { c = texture(iChannel0, p); }"
    image = {"inputs": [source], "outputs": [], "code": code, "name": "Image", "type": "image"}
    return json.dumps({"Shader": {"ver": "0.1", "info": {"id": "x"}, "renderpass": [image]}})
