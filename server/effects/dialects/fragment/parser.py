"""Plain fragment shaders: `main` and uniforms of common names, from GLSL ES 1.00 to desktop.

The Book of Shaders, glslViewer, GLSL Sandbox, KodeLife, three.js, Bonzomatic, VEDA and private web
pages: they share a `main` for each pixel and little else. uniform_names.py lists the supported
names, passes.py the passes that one text draws.
"""

from server.effects.dialects.fragment import credits as fragment_credits
from server.effects.dialects.fragment import parsed_shader, veda
from server.effects.dialects.fragment import passes as fragment_passes
from server.effects.dialects.fragment.parsed_shader import ParsedShader
from server.effects.dialects.fragment.passes import SINGLE_PASS, PassPlan, PlannedDraw
from server.effects.dialects.fragment.uniform_bindings import BEFORE
from server.effects.effect import Channel, Effect, Filter, Pass, Target, Wrap
from server.effects.source import plain_text
from server.effects.source.blanking import without_comments
from server.effects.source.diagnostic import AUTHOR, AuthorFile, Listing


def parse(effect_id: str, file: str, text: str) -> Effect:
    """Parse a plain fragment shader into the internal form; arguments and errors as in load."""
    plain = plain_text.normalize(text)
    author_file = AuthorFile(effect_id, file, plain)
    header = veda.read_header(author_file)
    plan = header.plan
    if plan is SINGLE_PASS:
        plan = fragment_passes.read(author_file, without_comments(plain))
    target_names = [target.name for target in plan.targets]
    target_names += [texture.name for texture in header.textures]
    host_constants = ["PASSINDEX"] if plan.draws[0].constants else []
    shader = parsed_shader.read(
        author_file, host_constants, contents=header.contents, targets=target_names
    )
    bindings = shader.bindings
    bindings.replaced.update(host_constants)
    credits = fragment_credits.read(effect_id, file, plain)
    feedback_target = (Target(name=BEFORE, persistent=True),) if bindings.reads_feedback else ()
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        title=credits.title,
        dialect="fragment",
        description=credits.description,
        credit=credits.credit,
        license=credits.license,
        categories=credits.categories,
        inputs=shader.inputs,
        passes=tuple(_pass(shader, plan, draw, header) for draw in plan.draws),
        targets=(*plan.targets, *feedback_target),
        textures=(*bindings.textures, *header.textures),
        listings=(Listing(AUTHOR, file, plain),),
        uniforms=dict(bindings.uniforms),
    )


def _pass(shader: ParsedShader, plan: PassPlan, draw: PlannedDraw, header: veda.Header) -> Pass:
    imported = [
        Channel(uniform=texture.name, source=texture.name, filter=Filter.MIPMAP, wrap=Wrap.CLAMP)
        for texture in header.textures
    ]
    last = draw is plan.draws[-1]
    return Pass(
        vertex=shader.vertex(),
        fragment=shader.fragment(draw.constants, defined=draw.defined, known=plan.known),
        target=draw.target or (BEFORE if shader.bindings.reads_feedback and last else None),
        channels=(*shader.bindings.channels, *imported),
    )
