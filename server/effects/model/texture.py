"""Textures that no request sets: those that a dialect gives shaders next to inputs and targets."""

from dataclasses import dataclass
from enum import StrEnum


class Content(StrEnum):
    """Contents of a texture."""

    PHOTO = "photo"
    """The photo in its own size, not fitted, upright."""
    AUDIO = "sound"
    """512 x 2, one 8-bit component: row 0 the spectrum, row 1 the waveform (Shadertoy's)."""
    NOISE = "noise"
    """`size` squared, of `components` 8-bit components: white noise, the same in every job."""
    VOLUME = "volume"
    """The same as a volume, `size` in each direction."""
    CUBE = "cube"
    """The photo on the six faces of a cube map; or `files` if there are six."""
    IMAGE = "image"
    """`files[0]`, upright."""
    ZEROS = "zeros"
    """256 x 3 zeros: a keyboard on which no key is pressed."""


@dataclass(frozen=True, kw_only=True)
class Texture:
    """A texture that passes sample by name."""

    name: str
    """Also the GLSL name of its sampler, in every pass without a Channel of that name."""
    content: Content
    files: tuple[str, ...] = ()
    """Paths relative to the effect's file, inside its folder, with ``/``."""
    size: int = 0
    components: int = 4


class Filter(StrEnum):
    """Sampling of a texture between its texels."""

    NEAREST = "nearest"
    LINEAR = "linear"
    MIPMAP = "mipmap"


class Wrap(StrEnum):
    """Sampling of a texture beyond its edges."""

    CLAMP = "clamp"
    REPEAT = "repeat"
    MIRROR = "mirror"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A sampler of one pass with a name and sampling of its own."""

    uniform: str
    """GLSL name of the sampler in this pass."""
    source: str
    """The source: the uniform of an image or audio input, or the name of a Target or Texture."""
    filter: Filter = Filter.LINEAR
    wrap: Wrap = Wrap.CLAMP
    flipped: bool = False
    """Upside down: the top row of the image is at v = 0."""
