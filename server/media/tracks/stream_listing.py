"""The streams and tags of a track as listed by ffmpeg, without opening a decoder."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from server.errors import ToqiboxError
from server.media import ffmpeg, mp4_boxes
from server.media.sniff import ACCEPTED_AUDIO
from server.media.tracks import channel_mix
from server.media.tracks.untrusted_input import CODECS, arguments
from server.messages import message
from server.process.sandbox import Limits

_LIMITS = Limits(memory_bytes=1 << 30, cpu_s=5, open_files=32)
_LIMIT_S = 10.0
_MAX_BYTES = 1 << 20
_STREAM = re.compile(
    r"^  Stream #0:(\d+)[^:\n]*: (Audio|Video): (\w+)(?: \([^)\n]*\))*?(?: \((\w{4}) /)?(.*)$",
    re.MULTILINE,
)
_UNPLACED = re.compile(r"\b(\d+) channels\b")
_FRONT = re.compile(r"^ +comment +: Cover \(front\)", re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LINE = re.compile(r"(?:[^\\\n]|\\.)+", re.DOTALL)
_PAIR = re.compile(r"((?:[^\\=]|\\.)+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Stream:
    """One stream of a track."""

    index: int
    is_audio: bool
    codec: str
    """ffmpeg's name, or the container's code if ffmpeg has none."""
    is_cover: bool = False
    is_front: bool = False
    """True for a cover declared as the front one."""
    unplaced_channels: int = 0
    """Number of channels if ffmpeg has no layout for that many, otherwise 0."""


@dataclass(frozen=True)
class StreamListing:
    """The streams of a track, and its tags with names in lower case."""

    streams: list[Stream] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


def list_streams(path: Path, kind: str) -> StreamListing:
    """Read the streams and tags of an upload; a file that cannot be opened has none.

    Args:
        path: the upload.
        kind: its demuxer, from `sniff_audio_file`.
    """
    argv = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"]
    argv += [
        *arguments(path, kind, whole=True),
        "-map",
        "0:a:0?",
        "-c",
        "copy",
        "-f",
        "ffmetadata",
        "pipe:1",
    ]
    try:
        result = ffmpeg.run(argv, _LIMITS, limit_s=_LIMIT_S, stdout_bytes=_MAX_BYTES)
    except ffmpeg.MediaError:
        return StreamListing()
    listing = result.messages.partition("\nOutput #0")[0]
    matches = list(_STREAM.finditer(listing))
    ends = [*(match.start() for match in matches), len(listing)][1:]
    streams = [
        _stream(match, listing[match.end() : end]) for match, end in zip(matches, ends, strict=True)
    ]
    return StreamListing(streams, _tags(result.stdout.decode("utf-8", "replace")))


def unplaced_channels(path: Path, kind: str) -> int:
    """Return the channel count of the first audio stream if it has no layout, otherwise 0."""
    streams = list_streams(path, kind).streams
    return next((stream.unplaced_channels for stream in streams if stream.is_audio), 0)


def decode_error(path: Path, kind: str, detail: str, *, is_clean: bool = False) -> ToqiboxError:
    """Return the error for a track that could not be decoded, with its reason if known.

    Args:
        path: the upload.
        kind: its demuxer.
        detail: ffmpeg's messages, for the log.
        is_clean: ffmpeg reached the end without an error.
    """
    streams = list_streams(path, kind).streams
    audio = next((stream for stream in streams if stream.is_audio), None)
    why = None
    if kind == "mov" and not streams and mp4_boxes.stated_end(path) > path.stat().st_size:
        why = message("file_cut_off")
    elif audio is None and streams:
        why = message("no_sound")
    elif audio is not None and audio.codec not in CODECS.split(","):
        why = message("codec", codec=audio.codec, accepted=ACCEPTED_AUDIO)
    elif audio is not None and audio.unplaced_channels > channel_mix.MAX_CHANNELS:
        why = message(
            "channels", channels=audio.unplaced_channels, maximum=channel_mix.MAX_CHANNELS
        )
    elif audio is not None and is_clean:
        why = message("too_short")
    elif audio is not None:
        why = message("no_samples", codec=audio.codec)
    if why is None:
        return ToqiboxError("undecodable_audio", field="audio", detail=detail)
    return ToqiboxError("undecodable_audio", field="audio", detail=detail, why=why)


def _stream(match: re.Match[str], following_text: str) -> Stream:
    """Parse the line of a stream; `following_text` holds its tags, among others."""
    index, kind, codec, code, description = match.groups()
    channels = _UNPLACED.search(description)
    return Stream(
        index=int(index),
        is_audio=kind == "Audio",
        codec=code if codec == "none" and code else codec,
        is_cover=description.endswith("(attached pic)"),
        is_front=_FRONT.search(following_text) is not None,
        unplaced_channels=int(channels[1]) if channels else 0,
    )


def _tags(text: str) -> dict[str, str]:
    """Parse ffmpeg's metadata format; tags of the file precede those of the stream."""
    tags: dict[str, str] = {}
    for line in _LINE.findall(text):
        pair = None if line.startswith(";") else _PAIR.fullmatch(line)
        if pair is not None:
            name, value = (_ESCAPED.sub(r"\1", part) for part in pair.groups())
            tags.setdefault(name.lower(), value)
    return tags
