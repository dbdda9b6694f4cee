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
    items: list[Declaration]
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
            replace(item, name=back[item.name], label=to_label(back[item.name]))
            if item.name in back
            else item
            for item in self.bindings.inputs
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
        outputs = fragment_glsl.replaced_outputs(self.items)
        replaced_names = {item.name for item in outputs} | self.bindings.replaced
        replaced_names.add(fragment_glsl.COORDINATE)
        replaced_names |= {self._author_name(name) for name in replaced_names}
        ranges = {(item.start, item.end) for item in self.items if item.name in replaced_names}
        ranges |= {(block.start, block.end) for block in self.blocks}
        text = player_lines.LINE.sub(blank_match, blank_ranges(self.text, list(ranges)))
        extensions, code = prepare(text, self.renamed)
        code = rect_textures.by_pixel(code, rect_textures.names(self.code))
        kept_names = {
            item.name: item.type + item.array
            for item in self.items
            if (item.start, item.end) in ranges and item.name not in replaced_names
        }
        block_lines, first_statements = self._block_variables()
        first_statements += self.bindings.first_statements
        host_lines = [
            *self.missing,
            *fragment_glsl.declared(kept_names),
            *block_lines,
            *self.bindings.host,
            *extra_lines,
        ]
        host_lines += row_textures.declared(self.bindings.lines).splitlines()
        host_lines += rect_textures.host(self.code).splitlines()
        host_lines += [f"#define {name}" for name in defined]
        active_code = (
            blank_inactive(self._drawing_code, known, defined) if known else self._drawing_code
        )
        host_code = fragment_glsl.host(self.code, host_lines, outputs, main=ending is None)
        if ending is None:
            ending_code = fragment_glsl.ending(active_code, outputs, first_statements)
        else:
            ending_code = ending.replace(FIRST_STATEMENTS, " ".join(first_statements))
        return compose(extensions, host_code, [Piece(code, 1, AUTHOR)], ending_code)

    def vertex(self) -> str:
        """Return the vertex shader, which sets the varyings of the fragment shader."""
        varyings = {
            item.name: (item.interpolation, item.type, item.name + item.array)
            for item in self.items
            if item.storage == "in" and item.name != fragment_glsl.COORDINATE
        }
        fields = [("", kind, f"isfv{name}") for block in self.blocks for kind, name in block.fields]
        return fragment_glsl.vertex([*varyings.values(), *fields], self.code)

    @property
    def _drawing_code(self) -> str:
        """The code without the declarations of its outputs."""
        ranges = [(item.start, item.end) for item in self.items if item.storage == "out"]
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
    author: AuthorFile,
    known: Sequence[str] = (),
    *,
    contents: Mapping[str, SamplerContent] | None = None,
    targets: Collection[str] = (),
) -> ParsedShader:
    """Read a text.

    Args:
        author: the text.
        known: uniforms that the caller sets.
        contents: contents of samplers that are not derived from their names.
        targets: samplers that are targets of the shader's own passes.

    Raises:
        ToqiboxError: ``shader_rejected`` if it uses an unsupported feature.
    """
    text = author.text
    code = without_comments(text)
    items = declarations(text)
    renamed = _renamed(code, items)
    lines = player_lines.read(text)
    sampler_contents = {**_player_contents(lines), **(contents or {})}
    missing = _undeclared(code, items, sampler_contents)
    unused = _unused(code, items)
    bindings = UniformBindings(
        file_scope=file_scope(text), contents=sampler_contents, targets=targets, unused=unused
    )
    uniforms = {item.name: item for item in reversed(items) if item.storage == "uniform"}
    for item in reversed(uniforms.values()):
        _check(author, item)
    uniforms_to_bind = [
        item for item in lines.uniforms if item.name not in uniforms and item.name not in known
    ]
    uniforms_to_bind += [
        replace(item, name=renamed.get(item.name, item.name))
        for item in reversed(uniforms.values())
        if item.name not in known
    ]
    uniforms_to_bind += declarations("".join(f"{line}\n" for line in missing))
    samplers = [item.name for item in uniforms_to_bind if item.type in FLAT_SAMPLERS]
    for item in uniforms_to_bind:
        bindings.bind(item, samplers)
    if len(bindings.inputs) > _MAX_INPUTS:
        raise author.refusal(f"at most {_MAX_INPUTS} inputs are allowed")
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


def _check(author: AuthorFile, item: Declaration) -> None:
    is_audio = item.type == "sampler1D" and sampler_content(item.name) is SamplerContent.AUDIO
    if _REFUSED.fullmatch(item.type) and not is_audio:
        raise author.refusal(f"samplers of type “{item.type}” are not supported", item.start)


def _unused(code: str, items: Sequence[Declaration]) -> set[str]:
    """Return unused declarations in a shader of Bonzomatic, whose template declares everything."""
    if not any(item.type == "sampler1D" for item in items):
        return set()
    counts = Counter(re.findall(r"\b[A-Za-z_]\w*", code))
    return {item.name for item in items if counts[item.name] == 1}


def _renamed(code: str, items: Sequence[Declaration]) -> dict[str, str]:
    """Rename names that are keywords now, mainly `texture`, which was free in GLSL ES 1.00."""
    names = [item.name for item in items if item.name in RESERVED or item.name in LATER]
    called = re.search(r"\btexture\s*\(", code)
    if not called and re.search(r"\btexture\b", code):
        names.append("texture")
    return {name: f"isfi{name}" for name in names}


def _undeclared(
    code: str, items: Sequence[Declaration], contents: Mapping[str, SamplerContent]
) -> list[str]:
    """Return declarations for names that the text uses and does not declare, also not as macros."""
    declared = {item.name for item in items}
    identifiers = set(re.findall(r"\b[A-Za-z_]\w*", code)) - declared
    missing = {}
    for name, kind in UNDECLARED.items():
        own = rf"(?:\b(?:float|int|uint|[iu]?vec[234])\s+|#[ \t]*define[ \t]+){name}\b"
        if name in identifiers and not re.search(own, code):
            missing[name] = "samplerCube" if contents.get(name) is SamplerContent.CUBE else kind
    return fragment_glsl.declared(missing)
