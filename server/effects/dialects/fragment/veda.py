"""Headers of VEDA (https://veda.gl), a player for live coding: settings in a first comment.

Its keys are not those of ISF, from which it took PASSES and IMPORTED: the shader below it is a
plain one, with uniforms of common names (`time`, `resolution`, `backbuffer`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.effects import assets
from server.effects.dialects.fragment.passes import (
    SINGLE_PASS,
    PassPlan,
    PlannedDraw,
    samples_texture,
)
from server.effects.dialects.fragment.uniform_names import SamplerContent
from server.effects.effect import MAX_PASSES, Target
from server.effects.model.texture import Content, Texture
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import HeaderSyntaxError, JsonArray, JsonObject, read_object

_OPENING = re.compile(r"[\s*]*\{")
_VEDA_KEYS = re.compile(
    r"(?i)pixelratio|frameskip|audio|midi|keyboard|gamepad|camera|server|osc|glslify|fftsize"
    r"|fftsmoothingtimeconstant|soundlength|vertexcount|vertexmode|vertexshader|fragmentshader"
)
_TITLES = ("DESCRIPTION", "CREDIT", "CATEGORIES", "LICENSE", "TITLE", "PREMIUM")
_ISF_KEYS = frozenset(("ISFVSN", "VSN", "INPUTS", "PERSISTENT_BUFFERS", *_TITLES))
_SHARED = frozenset(("PASSES", "IMPORTED"))
_HOST = re.compile(r"\buniform\s+(?:\w+p\s+)?(?:float\s+time|vec2\s+resolution)\b")
_ISF_NAMES = re.compile(r"\b(?:RENDERSIZE|TIME|PASSINDEX|FRAMEINDEX|(?:isf_|vv_|IMG_)\w+)\b")
_DEFAULT_CONTENTS = {
    "spectrum": SamplerContent.SPECTRUM,
    "samples": SamplerContent.WAVE,
    "key": SamplerContent.NOTHING,
    "midi": SamplerContent.NOTHING,
    "note": SamplerContent.NOTHING,
    "gamepad": SamplerContent.NOTHING,
    "camera": SamplerContent.IMAGE,
}
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_AUDIO_SUFFIXES = (".mp3", ".wav", ".ogg", ".flac", ".m4a", ".aac")
_NAME = re.compile(r"[A-Za-z_]\w{0,63}")


@dataclass(frozen=True)
class Header:
    """The parsed header."""

    contents: dict[str, SamplerContent] = field(default_factory=dict)
    textures: tuple[Texture, ...] = ()
    plan: PassPlan = SINGLE_PASS


def is_header(text: str, start: int) -> bool:
    """Report if the comment at `start` is such a header: it has keys, and none of them is ISF's."""
    end = text.find("*/", start)
    if not text.startswith("/*", start) or not _OPENING.match(text, start + 2) or end < 0:
        return False
    try:
        keys = list(read_object(text, start + 2, end))
    except HeaderSyntaxError:
        return False
    upper_keys = {key.upper() for key in keys}
    if not keys or upper_keys & _ISF_KEYS:
        return False
    code = without_comments(text)
    if any(map(_VEDA_KEYS.fullmatch, keys)) or _HOST.search(code):
        return True
    return not upper_keys & _SHARED and _ISF_NAMES.search(code) is None


def read_header(author_file: AuthorFile) -> Header:
    """Return the header of a text; an empty one if it has none.

    Raises:
        ToqiboxError: for unsupported passes and files.
    """
    start = author_file.text.find("/*")
    if start < 0 or not is_header(author_file.text, start):
        return Header()
    table = read_object(author_file.text, start + 2, author_file.text.find("*/", start))
    contents = dict(_DEFAULT_CONTENTS)
    textures = _read_imports(author_file, table, contents)
    code = without_comments(author_file.text)
    return Header(contents, textures, _plan(author_file, table, code))


def _read_imports(
    author_file: AuthorFile, table: JsonObject, contents: dict[str, SamplerContent]
) -> tuple[Texture, ...]:
    """Return the imported images; a video or audio becomes the input image or the audio texture."""
    entries = table.get("IMPORTED")
    textures: list[Texture] = []
    for name, entry in entries.items() if isinstance(entries, JsonObject) else ():
        path = entry.get("PATH") if isinstance(entry, JsonObject) else None
        if not isinstance(path, str) or not _NAME.fullmatch(name):
            message = f"“{name[:40]}” of IMPORTED has no PATH"
            raise author_file.error(
                message, entries.offset_of(name) if isinstance(entries, JsonObject) else 0
            )
        if path.lower().endswith(_AUDIO_SUFFIXES):
            contents[name] = SamplerContent.AUDIO
        elif not path.lower().endswith(_IMAGE_SUFFIXES) or "://" in path:
            contents[name] = SamplerContent.IMAGE
        else:
            textures.append(_texture(author_file, name, path, author_file.text.find(path)))
    return tuple(textures)


def _texture(author_file: AuthorFile, name: str, path: str, offset: int) -> Texture:
    try:
        return Texture(name=name, content=Content.IMAGE, files=(assets.normalize_path(path),))
    except ValueError as problem:
        message = f"the image file “{path[:80]}” cannot be used: {problem}"
        raise author_file.refusal(message, max(offset, 0)) from None


def _plan(author_file: AuthorFile, table: JsonObject, code: str) -> PassPlan:
    """Return the passes: each has its PASSINDEX and draws into its TARGET."""
    entries = table.get("PASSES")
    passes = (
        [entry for entry in entries if isinstance(entry, JsonObject)]
        if isinstance(entries, JsonArray)
        else []
    )
    if len(passes) > MAX_PASSES:
        raise author_file.refusal(
            f"at most {MAX_PASSES} passes are allowed", table.offset_of("PASSES")
        )
    for entry in passes:
        foreign_key = next((key for key in ("fs", "vs", "OBJ") if entry.get(key)), None)
        if foreign_key is not None:
            message = "passes with files or models of their own are not supported"
            raise author_file.refusal(message, entry.offset_of(foreign_key))
    if not passes:
        return PassPlan((PlannedDraw(None, (), _index(0)),))
    draws = tuple(_planned_draw(author_file, entry, at) for at, entry in enumerate(passes))
    return PassPlan(draws, _targets(passes, draws, code))


def _index(at: int) -> tuple[str, ...]:
    return (f"const int PASSINDEX = {at};",)


def _planned_draw(author_file: AuthorFile, entry: JsonObject, at: int) -> PlannedDraw:
    name = entry.get("TARGET")
    if name is not None and (not isinstance(name, str) or not _NAME.fullmatch(name)):
        raise author_file.error("TARGET must be an identifier", entry.offset_of("TARGET"))
    return PlannedDraw(name or None, (), _index(at))


def _targets(
    passes: list[JsonObject], draws: Sequence[PlannedDraw], code: str
) -> tuple[Target, ...]:
    """Return the targets; a sampled one is persistent, since the order of reads is unknown."""
    textures: dict[str, Target] = {}
    for entry, draw in zip(passes, draws, strict=True):
        if draw.target is not None and draw.target not in textures:
            last = draw.target == draws[-1].target
            textures[draw.target] = Target(
                name=draw.target,
                persistent=samples_texture(code, draw.target),
                floating=bool(entry.get("FLOAT")),
                width=None if last else _size(entry.get("WIDTH")),
                height=None if last else _size(entry.get("HEIGHT")),
            )
    return tuple(textures.values())


def _size(value: object) -> str | None:
    return None if isinstance(value, bool) or value is None else str(value).strip() or None
