"""Texture types of the samplers among a program's uniforms."""

from typing import Any

from server.render.gl.context import Texture, Texture3D, TextureCube, Uniform

_TEXTURE_TYPES: dict[int, type] = {0x8B5E: Texture, 0x8B5F: Texture3D, 0x8B60: TextureCube}
# The enums of sampler types: 1D to cube, arrays, integers, multisample.
_SAMPLER_TYPES = (
    range(0x8B5D, 0x8B65),
    range(0x8DC0, 0x8DC6),
    range(0x8DC9, 0x8DD9),
    range(0x9108, 0x910E),
)


def is_sampler(uniform: Uniform) -> bool:
    """Return True if a uniform reads a texture."""
    member: Any = uniform  # its stub lacks the type
    return any(member.gl_type in kinds for kinds in _SAMPLER_TYPES)


def sampled_texture_type(uniform: Uniform) -> type | None:
    """Return the class of textures that a sampler reads; None if it is not supported."""
    member: Any = uniform
    return _TEXTURE_TYPES.get(member.gl_type)
