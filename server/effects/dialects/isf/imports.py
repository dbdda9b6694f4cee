"""Image files that an ISF header imports, and cube maps: textures that no request can set."""

from server.effects import assets
from server.effects.dialects.isf import inputs as isf_inputs
from server.effects.model.texture import Content, Texture
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonArray, JsonObject

_FACES = 6


def read_textures(author_file: AuthorFile, header: JsonObject) -> dict[str, Texture]:
    """Read the entries of IMPORTED, an object or array, and the inputs of type cube, by name.

    A cube map's six files are its faces +x -x +y -y +z -z. An input of type cube shows the photo.
    Entries without a PATH are ignored.

    Raises:
        ToqiboxError: with a diagnostic at the line at fault.
    """
    textures: dict[str, Texture] = {}
    for name, entry, offset in (*_read_imports(author_file, header), *_read_cubes(header)):
        if not isinstance(name, str) or not isf_inputs.NAME.fullmatch(name):
            raise author_file.error("the name of an image must be an identifier", offset)
        if name in textures:
            raise author_file.error(f"the name “{name}” is used twice", offset)
        if entry is None:
            textures[name] = Texture(name=isf_inputs.uniform_name(name), content=Content.CUBE)
        elif entry.get("PATH") is not None:
            textures[name] = _texture(author_file, name, entry)
    file_names = {file for texture in textures.values() for file in texture.files}
    if len(file_names) > assets.MAX_FILES:
        reason = f"at most {assets.MAX_FILES} image files are allowed"
        raise author_file.refusal(reason, header.offset_of("IMPORTED"))
    return textures


def _read_imports(
    author_file: AuthorFile, header: JsonObject
) -> list[tuple[object, JsonObject | None, int]]:
    entries = header.get("IMPORTED")
    offset = header.offset_of("IMPORTED")
    if entries is None:
        return []
    images: list[tuple[object, JsonObject | None, int]] = []
    if isinstance(entries, JsonObject):
        for name, entry in entries.items():
            if not isinstance(entry, JsonObject):
                raise author_file.error(
                    f"“{name[:40]}” of IMPORTED must be an object", entries.offset_of(name)
                )
            images.append((name, entry, entries.offset_of(name)))
    elif isinstance(entries, JsonArray):
        for entry, entry_offset in zip(entries, entries.offsets, strict=True):
            if not isinstance(entry, JsonObject):
                raise author_file.error("every element of IMPORTED must be an object", entry_offset)
            images.append((entry.get("NAME"), entry, entry.offset_of("NAME")))
    else:
        raise author_file.error("IMPORTED must be an object or an array", offset)
    return images


def _read_cubes(header: JsonObject) -> list[tuple[object, JsonObject | None, int]]:
    entries = header.get("INPUTS")
    tables = (
        [entry for entry in entries if isinstance(entry, JsonObject)]
        if isinstance(entries, JsonArray)
        else []
    )
    return [
        (entry.get("NAME"), None, entry.offset_of("NAME"))
        for entry in tables
        if isf_inputs.is_cube(entry)
    ]


def _texture(author_file: AuthorFile, name: str, entry: JsonObject) -> Texture:
    paths, offsets = entry["PATH"], [entry.offset_of("PATH")]
    if isinstance(paths, JsonArray):
        offsets = paths.offsets
    path_list = list(paths) if isinstance(paths, JsonArray) else [paths]
    cube = isf_inputs.is_cube(entry) or len(path_list) == _FACES
    if len(path_list) != (_FACES if cube else 1):
        message = (
            "a cube map needs a PATH for each of its six faces" if cube else "PATH must be a file"
        )
        raise author_file.error(message, entry.offset_of("PATH"))
    return Texture(
        name=isf_inputs.uniform_name(name),
        content=Content.CUBE if cube else Content.IMAGE,
        files=tuple(
            _path(author_file, path, offset)
            for path, offset in zip(path_list, offsets, strict=True)
        ),
    )


def _path(author_file: AuthorFile, path: object, offset: int) -> str:
    if not isinstance(path, str):
        raise author_file.error("PATH must be a file", offset)
    try:
        return assets.normalize_path(path)
    except ValueError as problem:
        raise author_file.refusal(
            f"the image file “{path[:80]}” cannot be used: {problem}", offset
        ) from None
