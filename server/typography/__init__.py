"""Typography: a string becomes a texture that a shader fills, outlines and shades.

    typeset.typeset(text, Style(...)) -> bytes of a texture, rows from the bottom

`characters` cleans the string, `breaks` says where its lines may end, `bidi` in which direction it
runs, `fonts`, `index` and `face` what it is drawn with, `setting` makes lines of it that fit,
`raster` draws them, and `packing` lays out the texture (its head describes it; `distance` measures
outlines).
"""
