"""A parsed shader without a header: its declarations, their bindings, its text."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from server.effects.dialects.fragment import glsl as fragment_glsl
from server.effects.dialects.fragment import player_lines, rect_textures, row_textures
from server.effects.dialects.fragment.declarations import (
    Block,
    Declaration,
    blank_ranges,
    blocks,
    declarations,
    file_scope,
)
from server.effects.dialects.fragment.uniform_bindings import FLAT_SAMPLERS, UniformBindings
from server.effects.dialects.fragment.uniform_names import (
    UNDECLARED,
    SamplerContent,
    sampler_content,
    to_label,
)
from server.effects.glsl.glsl330 import LATER, RESERVED, Piece, compose, prepare
from server.effects.model.input import Input
from server.effects.source.blanking import blank_match, without_comments
from server.effects.source.conditions import blank_inactive
from server.effects.source.diagnostic import AUTHOR, AuthorFile

FIRST_STATEMENTS = "/*first*/"
"""Marks the position in an ending of the statements that run before all others."""
_REFUSED = re.compile(r"[iu]sampler\w+|sampler(?:1D\w*|2DArray\w*|Buffer|2DMS\w*|\w+Shadow)")
_MAX_INPUTS = 128


@dataclass(frozen=True)
class ParsedShader:
    """The parts of an author's text."""

    text: str
    """The text with line breaks as ``\\n``."""
    code: str
    """The text without comments."""
    declarations: list[Declaration]
    bindings: UniformBindings
    renamed: dict[str, str]
    """GLSL names of the author's names that are keywords."""
    missing: list[str]
    """Declarations that other hosts add."""
    blocks: list[Block]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The author's inputs under the author's names."""
        back = {new: old for old, new in self.renamed.items()}
        return tuple(
            replace(
                effect_input, name=back[effect_input.name], label=to_label(back[effect_input.name])
            )
            if effect_input.name in back
            else effect_input
            for effect_input in self.bindings.inputs
        )

    def fragment(
        self,
        extra_lines: Sequence[str] = (),
        ending: str | None = None,
        defined: Sequence[str] = (),
        known: Collection[str] = (),
    ) -> str:
        """Return the complete fragment shader.

        Args:
            extra_lines: more declarations of the host.
            ending: the `main` for a text without one, with FIRST_STATEMENTS in it.
            defined: macros that are defined for it.
            known: all macros that are defined for some pass of the effect.
        """
        outputs = fragment_glsl.replaced_outputs(self.declarations)
        replaced_names = {declaration.name for declaration in outputs} | self.bindings.replaced
        replaced_names.add(fragment_glsl.COORDINATE)
        replaced_names |= {self._author_name(name) for name in replaced_names}
        ranges = {
            (declaration.start, declaration.end)
            for declaration in self.declarations
            if declaration.name in replaced_names
        }
        ranges |= {(block.start, block.end) for block in self.blocks}
        text = player_lines.LINE.sub(blank_match, blank_ranges(self.text, list(ranges)))
        extensions, code = prepare(text, self.renamed)
        code = rect_textures.redirect_calls(code, rect_textures.sampler_names(self.code))
        kept_names = {
            declaration.name: declaration.type + declaration.array
            for declaration in self.declarations
            if (declaration.start, declaration.end) in ranges
            and declaration.name not in replaced_names
        }
        block_lines, first_statements = self._block_variables()
        first_statements += self.bindings.first_statements
        host_lines = [
            *self.missing,
            *fragment_glsl.declare_uniforms(kept_names),
            *block_lines,
            *self.bindings.host,
            *extra_lines,
        ]
        host_lines += row_textures.host_code(self.bindings.lines).splitlines()
        host_lines += rect_textures.host_code(self.code).splitlines()
        host_lines += [f"#define {name}" for name in defined]
        active_code = (
            blank_inactive(self._drawing_code, known, defined) if known else self._drawing_code
        )
        host_code = fragment_glsl.host_code(self.code, host_lines, outputs, main=ending is None)
        if ending is None:
            ending_code = fragment_glsl.main_code(active_code, outputs, first_statements)
        else:
            ending_code = ending.replace(FIRST_STATEMENTS, " ".join(first_statements))
        return compose(extensions, host_code, [Piece(code, 1, AUTHOR)], ending_code)

    def vertex(self) -> str:
        """Return the vertex shader, which sets the varyings of the fragment shader."""
        varyings = {
            declaration.name: (
                declaration.interpolation,
                declaration.type,
                declaration.name + declaration.array,
            )
            for declaration in self.declarations
            if declaration.storage == "in" and declaration.name != fragment_glsl.COORDINATE
        }
        fields = [("", kind, f"isfv{name}") for block in self.blocks for kind, name in block.fields]
        return fragment_glsl.vertex_shader([*varyings.values(), *fields], self.code)

    @property
    def _drawing_code(self) -> str:
        """The code without the declarations of its outputs."""
        ranges = [
            (declaration.start, declaration.end)
            for declaration in self.declarations
            if declaration.storage == "out"
        ]
        return blank_ranges(self.code, ranges)

    def _block_variables(self) -> tuple[list[str], list[str]]:
        """Return declarations and statements that replace blocks, which WebGL does not have."""
        lines, statements = [], []
        for block in self.blocks:
            lines += [f"in {kind} isfv{name};" for kind, name in block.fields]
            fields = "".join(f" {kind} {name};" for kind, name in block.fields)
            if block.instance:
                lines.append(f"struct {block.name} {{{fields} }};")
                lines.append(f"{block.name} {block.instance};")
            else:
                lines.append(fields)
            before = f"{block.instance}." if block.instance else ""
            statements += [f"{before}{name} = isfv{name};" for _, name in block.fields]
        return lines, statements

    def _author_name(self, name: str) -> str:
        return next(
            (author_name for author_name, glsl_name in self.renamed.items() if glsl_name == name),
            name,
        )


def read(
    author_file: AuthorFile,
    known: Sequence[str] = (),
    *,
    contents: Mapping[str, SamplerContent] | None = None,
    targets: Collection[str] = (),
) -> ParsedShader:
    """Read a text.

    Args:
        author_file: the text.
        known: uniforms that the caller sets.
        contents: contents of samplers that are not derived from their names.
        targets: samplers that are targets of the shader's own passes.

    Raises:
        ToqiboxError: ``shader_rejected`` if it uses an unsupported feature.
    """
    text = author_file.text
    code = without_comments(text)
    items = declarations(text)
    renamed = _rename_keywords(code, items)
    lines = player_lines.read(text)
    sampler_contents = {**_player_contents(lines), **(contents or {})}
    missing = _declare_missing(code, items, sampler_contents)
    unused = _find_unused(code, items)
    bindings = UniformBindings(
        file_scope=file_scope(text), contents=sampler_contents, targets=targets, unused=unused
    )
    uniforms = {
        declaration.name: declaration
        for declaration in reversed(items)
        if declaration.storage == "uniform"
    }
    for declaration in reversed(uniforms.values()):
        _check_sampler(author_file, declaration)
    uniforms_to_bind = [
        declaration
        for declaration in lines.uniforms
        if declaration.name not in uniforms and declaration.name not in known
    ]
    uniforms_to_bind += [
        replace(declaration, name=renamed.get(declaration.name, declaration.name))
        for declaration in reversed(uniforms.values())
        if declaration.name not in known
    ]
    uniforms_to_bind += declarations("".join(f"{line}\n" for line in missing))
    samplers = [
        declaration.name for declaration in uniforms_to_bind if declaration.type in FLAT_SAMPLERS
    ]
    for declaration in uniforms_to_bind:
        bindings.bind(declaration, samplers)
    if len(bindings.inputs) > _MAX_INPUTS:
        raise author_file.refusal(f"at most {_MAX_INPUTS} inputs are allowed")
    kept_missing = [line for line in missing if declarations(line)[0].name not in bindings.replaced]
    return ParsedShader(text, code, items, bindings, renamed, kept_missing, blocks(text))


def _player_contents(lines: player_lines.PlayerLines) -> dict[str, SamplerContent]:
    """Return the contents of the channels that the lines of an editor's player set."""
    contents: dict[str, SamplerContent] = {}
    for number in {*lines.sources, *lines.options}:
        address = lines.sources.get(number, "").lower()
        content = SamplerContent.IMAGE
        if player_lines.is_cube(lines.options.get(number, {}), address):
            content = SamplerContent.CUBE
        elif address == "self":
            content = SamplerContent.BEFORE
        elif address.endswith(player_lines.AUDIO_SUFFIXES):
            content = SamplerContent.AUDIO
        contents[f"iChannel{number}"] = content
    return contents


def _check_sampler(author_file: AuthorFile, declaration: Declaration) -> None:
    is_audio = (
        declaration.type == "sampler1D"
        and sampler_content(declaration.name) is SamplerContent.AUDIO
    )
    if _REFUSED.fullmatch(declaration.type) and not is_audio:
        raise author_file.refusal(
            f"samplers of type “{declaration.type}” are not supported", declaration.start
        )


def _find_unused(code: str, items: Sequence[Declaration]) -> set[str]:
    """Return unused declarations in a shader of Bonzomatic, whose template declares everything."""
    if not any(declaration.type == "sampler1D" for declaration in items):
        return set()
    counts = Counter(re.findall(r"\b[A-Za-z_]\w*", code))
    return {declaration.name for declaration in items if counts[declaration.name] == 1}


def _rename_keywords(code: str, items: Sequence[Declaration]) -> dict[str, str]:
    """Rename names that are keywords now, mainly `texture`, which was free in GLSL ES 1.00."""
    names = [
        declaration.name
        for declaration in items
        if declaration.name in RESERVED or declaration.name in LATER
    ]
    called = re.search(r"\btexture\s*\(", code)
    if not called and re.search(r"\btexture\b", code):
        names.append("texture")
    return {name: f"isfi{name}" for name in names}


def _declare_missing(
    code: str, items: Sequence[Declaration], contents: Mapping[str, SamplerContent]
) -> list[str]:
    """Return declarations for names that the text uses and does not declare, also not as macros."""
    declared = {declaration.name for declaration in items}
    identifiers = set(re.findall(r"\b[A-Za-z_]\w*", code)) - declared
    missing = {}
    for name, kind in UNDECLARED.items():
        own = rf"(?:\b(?:float|int|uint|[iu]?vec[234])\s+|#[ \t]*define[ \t]+){name}\b"
        if name in identifiers and not re.search(own, code):
            missing[name] = "samplerCube" if contents.get(name) is SamplerContent.CUBE else kind
    return fragment_glsl.declare_uniforms(missing)
