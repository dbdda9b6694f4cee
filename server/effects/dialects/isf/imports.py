"""The image files that an ISF header imports, and cubes: pictures that no request can set."""

from server.effects import assets
from server.effects.dialects.isf import inputs as isf_inputs
from server.effects.model.texture import Content, Texture
from server.effects.source.diagnostic import AuthorFile
from server.effects.source.header import JsonArray, JsonObject

_FACES = 6


def read_textures(author: AuthorFile, header: JsonObject) -> dict[str, Texture]:
    """What IMPORTED lists, as an object or as an array, and the inputs of the type cube, by name.

    A cube's six files are its faces +x -x +y -y +z -z. An input of the type cube shows the photo.
    Entries without a PATH are passed over.

    Raises:
        ToqiboxError: with a diagnostic at the line at fault.
    """
    found: dict[str, Texture] = {}
    for name, row, place in (*_imported(author, header), *_cubes(header)):
        if not isinstance(name, str) or not isf_inputs.NAME.fullmatch(name):
            raise author.error("the name of an image is missing or no identifier", place)
        if name in found:
            raise author.error(f"the name “{name}” is used twice", place)
        if row is None:
            found[name] = Texture(name=isf_inputs.uniform_name(name), content=Content.CUBE)
        elif row.get("PATH") is not None:
            found[name] = _texture(author, name, row)
    named = {file for texture in found.values() for file in texture.files}
    if len(named) > assets.MAX_FILES:
        reason = f"it names more than {assets.MAX_FILES} image files"
        raise author.refusal(reason, header.offset_of("IMPORTED"))
    return found


def _imported(
    author: AuthorFile, header: JsonObject
) -> list[tuple[object, JsonObject | None, int]]:
    rows = header.get("IMPORTED")
    place = header.offset_of("IMPORTED")
    if rows is None:
        return []
    found: list[tuple[object, JsonObject | None, int]] = []
    if isinstance(rows, JsonObject):
        for name, row in rows.items():
            if not isinstance(row, JsonObject):
                raise author.error(
                    f"“{name[:40]}” of IMPORTED is not an object", rows.offset_of(name)
                )
            found.append((name, row, rows.offset_of(name)))
    elif isinstance(rows, JsonArray):
        for row, where in zip(rows, rows.offsets, strict=True):
            if not isinstance(row, JsonObject):
                raise author.error("IMPORTED holds something that is not an object", where)
            found.append((row.get("NAME"), row, row.offset_of("NAME")))
    else:
        raise author.error("IMPORTED is neither an object nor an array", place)
    return found


def _cubes(header: JsonObject) -> list[tuple[object, JsonObject | None, int]]:
    rows = header.get("INPUTS")
    tables = (
        [row for row in rows if isinstance(row, JsonObject)] if isinstance(rows, JsonArray) else []
    )
    return [
        (row.get("NAME"), None, row.offset_of("NAME")) for row in tables if isf_inputs.is_cube(row)
    ]


def _texture(author: AuthorFile, name: str, row: JsonObject) -> Texture:
    paths, offsets = row["PATH"], [row.offset_of("PATH")]
    if isinstance(paths, JsonArray):
        offsets = paths.offsets
    listed = list(paths) if isinstance(paths, JsonArray) else [paths]
    cube = isf_inputs.is_cube(row) or len(listed) == _FACES
    if len(listed) != (_FACES if cube else 1):
        words = "a cube needs a PATH for each of its six faces" if cube else "PATH names no file"
        raise author.error(words, row.offset_of("PATH"))
    return Texture(
        name=isf_inputs.uniform_name(name),
        content=Content.CUBE if cube else Content.IMAGE,
        files=tuple(
            _path(author, path, place) for path, place in zip(listed, offsets, strict=True)
        ),
    )


def _path(author: AuthorFile, path: object, place: int) -> str:
    if not isinstance(path, str):
        raise author.error("PATH names no file", place)
    try:
        return assets.normalize_path(path)
    except ValueError as problem:
        raise author.refusal(
            f"the image file “{path[:80]}” cannot be used: {problem}", place
        ) from None
