"""Plain fragment shaders: `main` and uniforms by their usual names, from GLSL ES 1.00 to desktop.

The Book of Shaders, glslViewer, GLSL Sandbox, KodeLife, three.js and people's own pages: they
agree on a `main` for each pixel and on little else. fragment_names says what is understood.
"""

from server.effects.diagnostics import AUTHOR, Listing, Text
from server.effects.dialects import fragment_credits, fragment_reading, words
from server.effects.dialects.fragment_roles import BEFORE
from server.effects.effect import Effect, Pass, Target


def parse(effect_id: str, file: str, text: str) -> Effect:
    """Turn a plain fragment shader into the internal form; arguments and errors as in load."""
    plain = words.plain(text)
    reading = fragment_reading.read(Text(effect_id, file, plain))
    roles = reading.roles
    told = fragment_credits.read(effect_id, file, plain)
    draw = Pass(
        vertex=reading.vertex(),
        fragment=reading.fragment(),
        target=BEFORE if roles.before else None,
        channels=tuple(roles.channels),
    )
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        title=told.title,
        dialect="fragment",
        description=told.description,
        credit=told.credit,
        license=told.license,
        categories=told.categories,
        inputs=reading.inputs,
        passes=(draw,),
        targets=(Target(name=BEFORE, persistent=True),) if roles.before else (),
        textures=tuple(roles.textures),
        listings=(Listing(AUTHOR, file, plain),),
        uniforms=dict(roles.uniforms),
    )
