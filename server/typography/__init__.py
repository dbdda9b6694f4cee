"""Typography: a string becomes a texture that a shader fills, outlines and shades.

    typeset.typeset(text, Style(...)) -> bytes of a texture, rows from the bottom

`clusters` cleans and splits the string, `line_breaks` finds allowed line breaks, `bidi` resolves
directions, `fonts`, `font_index`, `font_face` and `font_fallback` choose fonts, `layout` fits the
lines, `raster` draws them, and `glyph_texture` packs the texture (its docstring describes it;
`distance_field` measures outlines).
"""
