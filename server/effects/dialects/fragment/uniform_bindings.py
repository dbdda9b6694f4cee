"""Bindings of the uniforms of a plain fragment shader, by their common names and types.

A uniform of the type that the host sets stays as the author declared it. Otherwise the declaration
is replaced with a variable of the author's type that is computed from the host's uniform.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from server.effects.dialects.fragment import row_textures
from server.effects.dialects.fragment import uniform_names as names
from server.effects.dialects.fragment.declarations import Declaration
from server.effects.dialects.fragment.inputs import HOST_TYPES, KINDS, own_input, states_default
from server.effects.dialects.fragment.uniform_names import SamplerContent
from server.effects.effect import Builtin
from server.effects.model.input import HISTORY_S, Input, Kind
from server.effects.model.modulation import FeatureBinding
from server.effects.model.texture import Channel, Content, Filter, Texture, Wrap

BEFORE = "isf_before"
"""Target of a shader that samples its own previous output."""
NOISE_SIZE = 256

_BAND_NAMES = {"vec3": ("bass", "mid", "treble"), "vec4": ("bass", "lowmid", "highmid", "treble")}
_CONTENTS = {SamplerContent.AUDIO: Content.AUDIO, SamplerContent.NOTHING: Content.ZEROS}
_TEXELS_ROW = "uniform vec2 isfuTexels;"
_TEXELS = {
    "float": "1.0 / {size}.{axis}",
    "vec2": "1.0 / {size}",
    "vec4": "vec4(1.0 / {size}, {size})",
}
"""Size of one pixel as a fraction of a texture, by the type that it is declared with."""
FLAT_SAMPLERS = ("sampler2D", "sampler2DRect")
"""Sampler types of flat textures."""
MATRICES = ("mat2", "mat3", "mat4")
"""Matrix types; matrices are unit matrices unless the author initialises them."""
_TEXTURES = {
    "sampler3D": (Content.VOLUME, 32),
    "samplerCube": (Content.CUBE, 0),
}


@dataclass
class UniformBindings:
    """The bindings of the uniforms of one shader."""

    inputs: list[Input] = field(default_factory=list)
    uniforms: dict[str, Builtin] = field(default_factory=dict)
    textures: list[Texture] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    reads_feedback: bool = False
    """True if it samples its output of the previous frame."""
    file_scope: set[str] = field(default_factory=set)
    """Words of the text outside of all functions."""
    contents: Mapping[str, SamplerContent] = field(default_factory=dict)
    """Contents of samplers that the text states, by name."""
    targets: Collection[str] = ()
    """Samplers that are targets of the shader's own passes."""
    unused: Collection[str] = ()
    """Names that are declared and never used."""
    host: list[str] = field(default_factory=list)
    """GLSL that replaces declarations of the author."""
    first_statements: list[str] = field(default_factory=list)
    """Statements that set those variables, before the author's `main`."""
    replaced: set[str] = field(default_factory=set)
    """Names of the replaced declarations."""
    lines: dict[str, row_textures.RowContent] = field(default_factory=dict)
    """Content of each texture of one row."""

    def bind(self, declaration: Declaration, samplers: Sequence[str]) -> None:
        """Bind one uniform, the first of its name.

        Args:
            declaration: its declaration.
            samplers: names of all 2D samplers; other uniforms may be their sizes.
        """
        if declaration.type in FLAT_SAMPLERS and not declaration.array:
            if declaration.type != "sampler2D":
                self._replace_sampler(declaration.name)
            self._bind_sampler(declaration.name)
        elif declaration.type == "sampler1D" and not declaration.array:
            self._bind_row_texture(declaration)
        elif declaration.type in _TEXTURES and not declaration.array:
            content, size = _TEXTURES[declaration.type]
            self.textures.append(Texture(name=declaration.name, content=content, size=size))
        elif declaration.array:
            self._bind_array(declaration)
        elif not self._bind_host_value(declaration, samplers):
            self._bind_input(declaration)

    def _replace(self, declaration: Declaration, value: str, *lines: str) -> None:
        """Replace the uniform with a variable of that value.

        It is set before `main` only if the author initialises another global with it: WebGL does
        not allow such globals.
        """
        self.replaced.add(declaration.name)
        variable = f"{declaration.type} {declaration.name}{declaration.array}"
        if declaration.name in self.file_scope:
            self.host += [*lines, f"{variable} = {value};"]
        else:
            self.host += [*lines, f"{variable};"]
            self.first_statements.append(f"{declaration.name} = {value};")

    def _replace_sampler(self, name: str) -> None:
        """Replace the declaration of a sampler with the host's."""
        line = f"uniform sampler2D {name};"
        self.host += [] if line in self.host else [line]
        self.replaced.add(name)

    def _bind_host_value(self, declaration: Declaration, samplers: Sequence[str]) -> bool:
        """Bind a value that hosts set by its name; return false if it is not one."""
        meaning = names.builtin(declaration.name)
        texture = names.sized_texture(declaration.name)
        if names.is_absent_in_video(declaration.name):
            return True
        if texture in samplers and declaration.type in ("vec2", "vec3", "ivec2"):
            self._bind_size(declaration, str(texture))
            return True
        if self._bind_texel(declaration, samplers):
            return True
        constant = _constant_value(declaration)
        if constant is not None:
            self._replace(declaration, constant)
            return True
        if meaning is None or declaration.initial or states_default(declaration):
            return False
        return self._bind_builtin(declaration, meaning)

    def _bind_size(self, declaration: Declaration, texture: str) -> None:
        """Set it to the size of a texture, which must be declared before it."""
        size = f"textureSize({texture}, 0)"
        parts = size if declaration.type != "vec3" else f"{size}, 1"
        self._replace_sampler(texture)
        self._replace(declaration, f"{declaration.type}({parts})")

    def _bind_texel(self, declaration: Declaration, samplers: Sequence[str]) -> bool:
        """Set it to the size of a pixel as a fraction of a texture; false if its name differs.

        The texture is the one in its name, else the first, else the frame.
        """
        texture_name = names.texel_of(declaration.name)
        word = declaration.name.lower()
        if (
            texture_name is None
            or declaration.type not in _TEXELS
            or declaration.initial
            or states_default(declaration)
        ):
            return False
        matching = [
            name for name in samplers if name in (texture_name, f"u_{texture_name}")
        ] or samplers[:1]
        size = "isfuTexels"
        if matching:
            self._replace_sampler(matching[0])
            size = f"vec2(textureSize({matching[0]}, 0))"
        else:
            self.uniforms[size] = Builtin.RENDER_SIZE
            self.host += [] if _TEXELS_ROW in self.host else [_TEXELS_ROW]
        axis = "y" if "height" in word or word.endswith("y") else "x"
        self._replace(declaration, _TEXELS[declaration.type].format(size=size, axis=axis))
        return True

    def _bind_builtin(self, declaration: Declaration, meaning: Builtin) -> bool:
        """Bind it to a host uniform, converted if the types differ; return false if none fits."""
        if meaning is Builtin.RENDER_SIZE and declaration.type == "vec3":
            meaning = Builtin.RENDER_SIZE_3
        host_type = names.TYPES[meaning]
        if declaration.type == host_type:
            self.uniforms[declaration.name] = meaning
            return True
        host_name = f"isfu{declaration.name}"
        value = {
            ("vec2", "ivec2"): f"ivec2({host_name})",
            ("vec2", "uvec2"): f"uvec2({host_name})",
            ("vec2", "vec4"): f"vec4({host_name}, 1.0 / {host_name})",
            ("float", "int"): f"int({host_name})",
            ("int", "float"): f"float({host_name})",
            ("int", "uint"): f"uint({host_name})",
            ("vec4", "vec3"): f"{host_name}.xyz",
        }.get((host_type, declaration.type))
        if value is None:
            return False
        self.uniforms[host_name] = meaning
        self._replace(declaration, value, f"uniform {host_type} {host_name};")
        return True

    def _bind_array(self, declaration: Declaration) -> None:
        """Bind an array: zeros, except for those that Shadertoy's own shaders divide by."""
        if declaration.name == "iChannelResolution" and declaration.array == "[4]":
            self.uniforms["isfuSize"] = Builtin.RENDER_SIZE_3
            lines = ", ".join(["isfuSize"] * 4)
            self._replace(declaration, f"vec3[4]({lines})", "uniform vec3 isfuSize;")
        elif declaration.name == "iChannelTime" and declaration.array == "[4]":
            self.uniforms["isfuTime"] = Builtin.TIME
            lines = ", ".join(["isfuTime"] * 4)
            self._replace(declaration, f"float[4]({lines})", "uniform float isfuTime;")

    def _bind_input(self, declaration: Declaration) -> None:
        """Make it an input; a type without a kind of input stays zero."""
        if (
            declaration.type in _BAND_NAMES
            and names.sampler_content(declaration.name) is SamplerContent.AUDIO
        ):
            self._bind_bands(declaration)
            return
        if declaration.type not in KINDS:
            return
        feature = names.feature(declaration.name) if declaration.type == "float" else None
        bind = None if states_default(declaration) else feature
        host_type = HOST_TYPES[KINDS[declaration.type]]
        is_unchanged = declaration.type == host_type and not declaration.initial
        host_name = declaration.name if is_unchanged else f"isfu{declaration.name}"
        self.inputs.append(own_input(declaration, host_name, bind))
        if not is_unchanged:
            self._replace(
                declaration, f"{declaration.type}({host_name})", f"uniform {host_type} {host_name};"
            )

    def _bind_bands(self, declaration: Declaration) -> None:
        """Bind a vector of audio levels: an input for each of its components."""
        host_name = [f"isfu{declaration.name}_{band}" for band in _BAND_NAMES[declaration.type]]
        for band, uniform in zip(_BAND_NAMES[declaration.type], host_name, strict=True):
            self.inputs.append(
                Input(
                    name=f"{declaration.name}_{band}",
                    uniform=uniform,
                    kind=Kind.FLOAT,
                    label=f"{names.to_label(declaration.name)}: {band}",
                    default=0.0,
                    minimum=0.0,
                    maximum=1.0,
                    modulation=FeatureBinding(feature=band),
                )
            )
        lines = [f"uniform float {uniform};" for uniform in host_name]
        self._replace(declaration, f"{declaration.type}({', '.join(host_name)})", *lines)

    def _bind_sampler(self, name: str) -> None:
        if name in self.targets:
            return
        content = self.contents.get(name) or names.sampler_content(name)
        if content in _CONTENTS:
            self.textures.append(Texture(name=name, content=_CONTENTS[content]))
        elif content is SamplerContent.NOISE:
            self.textures.append(Texture(name=name, content=Content.NOISE, size=NOISE_SIZE))
            repeated = Channel(uniform=name, source=name, filter=Filter.MIPMAP, wrap=Wrap.REPEAT)
            self.channels.append(repeated)
        elif content is SamplerContent.BEFORE and name not in self.unused:
            self.reads_feedback = True
            self.channels.append(Channel(uniform=name, source=BEFORE))
        elif content is not SamplerContent.BEFORE:
            self.inputs.append(_texture_input(name, content))

    def _bind_row_texture(self, declaration: Declaration) -> None:
        """Bind a texture of one row: the spectrum, or its integral."""
        if declaration.name in self.unused:
            self.replaced.add(declaration.name)
            return
        if not self.lines:
            self.textures.append(Texture(name=row_textures.AUDIO_TEXTURE, content=Content.AUDIO))
        self.lines[declaration.name] = row_textures.row_content(declaration.name)
        self.replaced.add(declaration.name)
        if self.lines[declaration.name] is row_textures.RowContent.SUMS and not self._has_sums():
            self.inputs += row_textures.sum_inputs(declaration.name)

    def _has_sums(self) -> bool:
        return any(
            effect_input.uniform.startswith(row_textures.SUM) for effect_input in self.inputs
        )


def _constant_value(declaration: Declaration) -> str | None:
    """Return the value of a uniform that is the same in every video."""
    if declaration.name == "iSampleRate":
        return "44100.0"
    return (
        (declaration.initial or f"{declaration.type}(1.0)")
        if declaration.type in MATRICES
        else None
    )


def _texture_input(name: str, content: SamplerContent) -> Input:
    """Return an input that is an image, or the audio around the frame."""
    label = names.to_label(name)
    kind = {SamplerContent.SPECTRUM: Kind.AUDIO_FFT, SamplerContent.WAVE: Kind.AUDIO}.get(
        content, Kind.IMAGE
    )
    if content is not SamplerContent.HISTORY:
        return Input(name=name, uniform=name, kind=kind, label=label)
    past, future = HISTORY_S
    return Input(
        name=name, uniform=name, kind=Kind.AUDIO_HISTORY, label=label, past=past, future=future
    )
