"""Sources of a Shadertoy channel, and the words for them in our text form."""

import re
from dataclasses import dataclass
from zlib import crc32

from server.effects.assets import normalize_path
from server.effects.model.texture import Content, Filter, Texture, Wrap

BUFFERS = ("buffer A", "buffer B", "buffer C", "buffer D")
CUBE = "cube A"
PASSES = (*BUFFERS, CUBE, "image")
"""All passes that draw, in drawing order; the common text and sound draw nothing."""

INPUT_IMAGES = ("photo", "video", "webcam")
"""Words for the input image of the effect; the time of a video is that of the job."""

_ALIASES = {
    "picture": "photo",
    "texture": "photo",
    "camera": "webcam",
    "music": "sound",
    "musicstream": "sound",
    "soundcloud": "sound",
    "mic": "sound",
    "microphone": "sound",
    "audio": "sound",
    "cube": "cubemap",
    "random": "noise",
    "empty": "none",
    "black": "none",
}
SELF = "self"
"""Word for the pass's own output of the previous frame."""
_PLAIN = (*INPUT_IMAGES, "original", "sound", "keyboard", "cubemap", "none", SELF)
_BUFFER = re.compile(r"buf(?:fer)?[ _]?([a-d])")
_CUBE_PASS = re.compile(r"cube(?:map)?[ _]?a")
_NOISE_PATTERN = re.compile(r"(noise|volume)((?:[ ]+(?:\d{1,4}|gr[ae]y|rgba))*)")
_IMAGE = re.compile(r"""(?:image\s+)?["']?([^"'\n]+\.(?:png|jpe?g|webp|gif))["']?""", re.IGNORECASE)
_MAX_NOISE_SIZE, _VOLUME = 1024, 32


@dataclass(frozen=True)
class Media:
    """The source of a channel."""

    word: str
    """A pass that draws (`PASSES`, not ``image``), or ``photo`` (the input image of the effect),
    ``video`` and ``webcam`` (the same), ``original`` (the photo, not fitted), ``sound``,
    ``noise``, ``volume``, ``cubemap``, ``keyboard``, ``none``, ``self`` (of the Image pass),
    ``image`` (a file)."""
    size: int = 0
    components: int = 0
    file: str = ""
    """Path of an ``image``, relative to the effect's file, inside its folder."""

    @property
    def sampler(self) -> str:
        """GLSL type of its sampler."""
        if self.word in (CUBE, "cubemap"):
            return "samplerCube"
        return "sampler3D" if self.word == "volume" else "sampler2D"

    @property
    def has_time(self) -> bool:
        """True if it plays, so that its channel has a time."""
        return self.word in ("sound", "video", "webcam")

    @property
    def source(self) -> str:
        """Name of its input, target or texture in the internal form."""
        if self.word in INPUT_IMAGES:
            return "picture"
        if self.word in (*BUFFERS, CUBE):
            return self.word.replace(" ", "")
        if self.file:
            return f"image{crc32(self.file.encode()):08x}"
        grain = f"{self.size}x{self.components}" if self.size else ""
        return self.word + grain

    @property
    def texture(self) -> Texture | None:
        """The texture that it is; None if it is an input or a target."""
        contents = {
            "original": Content.PHOTO,
            "sound": Content.AUDIO,
            "noise": Content.NOISE,
            "volume": Content.VOLUME,
            "cubemap": Content.CUBE,
            "keyboard": Content.ZEROS,
            "none": Content.ZEROS,
            "image": Content.IMAGE,
        }
        if self.word not in contents:
            return None
        content = contents[self.word]
        components = self.components or 4
        return Texture(
            name=self.source,
            content=content,
            files=(self.file,) if self.file else (),
            size=self.size,
            components=components,
        )

    def __str__(self) -> str:
        """Return the words that `parse_media` reads."""
        if self.file:
            return f"image {self.file}"
        if self.word == "noise":
            return f"noise {self.size} {_COLOURS[self.components]}"
        return f"volume {_COLOURS[self.components]}" if self.word == "volume" else self.word


_COLOURS = {1: "gray", 4: "rgba"}


@dataclass(frozen=True)
class ChannelInput:
    """One channel of a pass, with its source and sampling."""

    media: Media
    filter: Filter
    wrap: Wrap
    flipped: bool = False


def make_channel_input(
    media: Media, filtered: Filter | None = None, wrap: Wrap | None = None, flipped: bool = False
) -> ChannelInput:
    """Return a channel with Shadertoy's defaults for options that are not set."""
    is_repeated = media.word in ("photo", "original", "image", "noise", "volume")
    has_mipmaps = is_repeated or media.word == "cubemap"
    default = Filter.MIPMAP if has_mipmaps else Filter.LINEAR
    edge = Wrap.REPEAT if is_repeated else Wrap.CLAMP
    is_flipped = flipped and media.word in (*INPUT_IMAGES, "original", "image", "noise")
    return ChannelInput(media, filtered or default, wrap or edge, is_flipped)


def noise(size: int, components: int) -> Media:
    """Return a noise texture."""
    return Media("noise", size, components)


def volume(components: int) -> Media:
    """Return a 3D noise texture, as large as Shadertoy's."""
    return Media("volume", _VOLUME, components)


def parse_media(text: str) -> Media | None:
    """Return the source that a text names; None if it is unknown.

    In a sentence the first known word counts: files say “London texture” too.

    Raises:
        ValueError: the file is outside the effect's folder; with the reason.
    """
    name = " ".join(text.split()).lower()
    if match := _IMAGE.fullmatch(text.strip()):
        return Media("image", file=normalize_path(match[1]))
    named = _named(name)
    if named is None and not name.startswith("buf"):
        named = next((candidate for word in name.split() if (candidate := _named(word))), None)
    return named


def _named(name: str) -> Media | None:
    name = _ALIASES.get(name, name)
    if name in _PLAIN:
        return Media(name)
    if match := _BUFFER.fullmatch(name):
        return Media(f"buffer {match[1].upper()}")
    if _CUBE_PASS.fullmatch(name):
        return Media(CUBE)
    match = _NOISE_PATTERN.fullmatch(name)
    return _noise_source(match[1], match[2].split()) if match else None


def _noise_source(word: str, details: list[str]) -> Media:
    components = 1 if {"gray", "grey"} & set(details) else 4
    if word == "volume":
        return volume(components)
    sizes = [int(detail) for detail in details if detail.isdigit()]
    size = min(max(sizes[0], 1), _MAX_NOISE_SIZE) if sizes else 256
    return noise(size, components)
