"""Common names of the uniforms of plain fragment shaders.

The spellings are those of The Book of Shaders and glslViewer (`u_time`), GLSL Sandbox and KodeLife
(`time`), Shadertoy with a `main` of its own (`iTime`), three.js (`uTime`), Bonzomatic
(`fGlobalTime`) and of authors' own pages.
"""

import re
from enum import StrEnum

from server.effects.effect import Builtin

TYPES = {
    Builtin.TIME: "float",
    Builtin.TIME_DELTA: "float",
    Builtin.FRAME_INDEX: "int",
    Builtin.DATE_FROM_ZERO: "vec4",
    Builtin.RENDER_SIZE: "vec2",
    Builtin.RENDER_SIZE_3: "vec3",
    Builtin.ASPECT: "float",
    Builtin.FRAME_RATE: "float",
}
"""GLSL type of each host uniform that has a common name."""

UNDECLARED = {
    "iTime": "float",
    "iGlobalTime": "float",
    "iTimeDelta": "float",
    "iFrame": "int",
    "iFrameRate": "float",
    "iResolution": "vec3",
    "iMouse": "vec4",
    "iDate": "vec4",
    "iSampleRate": "float",
    "iChannelTime": "float[4]",
    "iChannelResolution": "vec3[4]",
    "iChannel0": "sampler2D",
    "iChannel1": "sampler2D",
    "iChannel2": "sampler2D",
    "iChannel3": "sampler2D",
    "u_time": "float",
    "u_resolution": "vec2",
    "u_mouse": "vec2",
    "u_delta": "float",
    "u_frame": "int",
    "u_date": "vec4",
}
"""Uniforms that some hosts declare for the author, and their types there."""


class SamplerContent(StrEnum):
    """Contents of a sampler."""

    IMAGE = "picture"
    AUDIO = "sound"
    HISTORY = "history"
    """The audio around the frame, as in an audioHistory input of ISF."""
    NOISE = "noise"
    BEFORE = "before"
    """The shader's own output of the previous frame."""
    SPECTRUM = "spectrum"
    """The spectrum alone, in both rows."""
    WAVE = "wave"
    """The last samples alone, in both rows."""
    CUBE = "cube"
    """The photo on six faces."""
    NOTHING = "nothing"
    """Black: for devices that a video does not have, such as a keyboard."""


_BUILTINS = {
    Builtin.TIME: "time globaltime elapsed elapsedtime runtime seconds currenttime totaltime t",
    Builtin.TIME_DELTA: "delta timedelta deltatime dt frametime timestep",
    Builtin.FRAME_INDEX: "frame frames frameindex framecount framenumber frameid tick",
    Builtin.DATE_FROM_ZERO: "date datetime",
    Builtin.RENDER_SIZE: (
        "resolution res screensize screen screenresolution viewport viewportsize canvassize canvas "
        "windowsize windowresolution rendersize dimensions viewresolution outputsize framesize"
    ),
    Builtin.ASPECT: "aspect aspectratio",
    Builtin.FRAME_RATE: "fps framerate",
}
_MEANINGS = {
    word: meaning for meaning, spellings in _BUILTINS.items() for word in spellings.split()
}
_NOTHING = frozenset(
    ("mouse", "mousepos", "mouseposition", "mousexy", "pointer", "pointerpos", "cursor", "touch")
)
_TEXELS = frozenset(
    (
        "texel",
        "texelsize",
        "texturetexelsize",
        "texoffset",
        "onepixel",
        "onetexel",
        "invresolution",
        "inverseresolution",
        "invscreensize",
        "inversescreensize",
        "invsize",
        "invtexturesize",
        "rcpresolution",
        "resolutioninv",
        "resolutioninverse",
        "texelwidth",
        "texelheight",
        "texelstep",
        "pixelstep",
    )
)
_FEATURES = {
    "level": "level volume amplitude amp rms energy loudness",
    "sub": "sub subbass",
    "bass": "bass low lows",
    "lowmid": "lowmid lowmids",
    "mid": "mid mids middle",
    "highmid": "highmid highmids",
    "treble": "treble high highs hi hihat",
    "kick": "kick beat pulse onset hit drum bump",
}
_FEATURE_NAMES = {
    word: feature for feature, spellings in _FEATURES.items() for word in spellings.split()
}
_AMBIGUOUS_NAMES = frozenset(
    (
        "low",
        "lows",
        "mid",
        "middle",
        "high",
        "highs",
        "hi",
        "hit",
        "pulse",
        "screen",
        "amp",
        "energy",
    )
)
"""Words that are the host's only with a prefix such as ``u_``, since they are ambiguous."""

_PREFIX = re.compile(r"(?:u_+|_+|v2(?=[A-Z])|uni_+|in_+|(?:u|i|f|v)(?=[A-Z]))")
_AUDIO_PREFIX = re.compile(r"(?:audio|sound|music|fft)(?=.)")
_AUDIO_SUFFIX = re.compile(r"(?<=.)(?:level|energy|amplitude|volume|intensity|value|power|freq)$")
_AUDIO = re.compile(r"audio|sound|music|fft|spectrum|frequenc|freq|waveform|^wave$|^mic|^samples$")
_NOISE = re.compile(r"noise|random|^rand|perlin|grain")
_BEFORE = re.compile(
    r"backbuffer|prevframe|previousframe|lastframe|^previous|^prev(tex.*)?$|feedback|texprevious"
    r"|^doublebuffer0?$|framebefore"
)


def builtin(name: str) -> Builtin | None:
    """Return the host uniform of a common name."""
    word, prefixed = _core_word(name)
    return _MEANINGS.get(word) if prefixed or word not in _AMBIGUOUS_NAMES else None


def is_absent_in_video(name: str) -> bool:
    """Report if it is the mouse or another device that a video does not have: it stays 0."""
    return _core_word(name)[0] in _NOTHING


def feature(name: str) -> str | None:
    """Return the feature of a common name."""
    word, prefixed = _core_word(name)
    bare = _AUDIO_PREFIX.sub("", word)
    prefixed = prefixed or bare != word
    if word in ("audio", "sound", "music"):
        return "level"
    if bare not in _FEATURE_NAMES:
        bare = _AUDIO_SUFFIX.sub("", bare)
    return _FEATURE_NAMES.get(bare) if prefixed or bare not in _AMBIGUOUS_NAMES else None


def sampler_content(name: str) -> SamplerContent:
    """Return the content of a sampler by its name."""
    word = _core_word(name)[0]
    if word == "audiohistory":
        return SamplerContent.HISTORY
    if _BEFORE.search(word):
        return SamplerContent.BEFORE
    if _AUDIO.search(word) or word == "channel1":
        return SamplerContent.AUDIO
    return SamplerContent.NOISE if _NOISE.search(word) else SamplerContent.IMAGE


def sized_texture(name: str) -> str | None:
    """Return the texture whose size this is: `u_tex0` of `u_tex0Resolution`."""
    match = re.fullmatch(r"(.+?)_?(?:Resolution|Size|resolution|size)", name)
    return match[1] if match else None


def texel_of(name: str) -> str | None:
    """Return the texture whose pixel size this is: `tex0` of `tex0TexelSize`.

    Empty if no texture is named, None if the name has another meaning.
    """
    if _core_word(name)[0] in _TEXELS:
        return ""
    match = re.fullmatch(r"(.+?)_?[Tt]exel_?[Ss]ize", name)
    return match[1] if match else None


def to_label(name: str) -> str:
    """Convert a name to a label: “Zoom quickness” of `u_zoomQuickness`."""
    stem = _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", stem).replace("_", " ").split()
    text = " ".join(parts) or name
    return text[:1].upper() + text[1:].lower()


def _core_word(name: str) -> tuple[str, bool]:
    """Return the name in lower case without prefix and ``_``, and true if it had a prefix."""
    match = _PREFIX.match(name)
    rest = name[match.end() :] if match else name
    return rest.replace("_", "").lower(), match is not None
