"""GL Transitions (https://gl-transitions.com): `transition(vec2 uv)` between two images."""

from collections.abc import Collection

from server.effects.dialects.fragment import credits as fragment_credits
from server.effects.dialects.fragment import parsed_shader
from server.effects.effect import Builtin, Effect, Pass
from server.effects.model.input import Input, Kind
from server.effects.model.modulation import BEATS, SECONDS, TransitionProgress
from server.effects.source import plain_text
from server.effects.source.diagnostic import AUTHOR, AuthorFile, Listing
from server.messages import BilingualText

_IMAGES = (
    Input(
        name="startImage",
        uniform="isf_start",
        kind=Kind.IMAGE,
        label="Image before",
        label_ru="Фото до",
    ),
    Input(
        name="endImage",
        uniform="isf_end",
        kind=Kind.IMAGE,
        label="Image after",
        label_ru="Фото после",
    ),
)
_PROGRESS = Input(
    name="progress",
    uniform="progress",
    kind=Kind.FLOAT,
    label="Progress",
    label_ru="Ход",
    default=0.0,
    minimum=0.0,
    maximum=1.0,
    modulation=TransitionProgress(),
)
_AT = BilingualText("Begins at (-1: middle of the video)", "Начало (-1: середина видео)")
_LENGTH = BilingualText("Duration", "Длительность")
_EVERY = BilingualText("Back and forth every (0: once)", "Туда и обратно каждые (0: один раз)")
_HOST = {"progress": "float", "ratio": "float", "isf_start": "sampler2D", "isf_end": "sampler2D"}
# The functions come before the author's text, which calls them without declaring them.
_FUNCTIONS = """\
#define _uv isf_FragNormCoord
vec4 getFromColor(vec2 uv) { return texture(isf_start, uv); }
vec4 getToColor(vec2 uv) { return texture(isf_end, uv); }"""
_ENDING = f"""\
void main() {{ {parsed_shader.FIRST_STATEMENTS} isf_FragColor = transition(isf_FragNormCoord); }}
"""


def transition_inputs(taken: Collection[str] = ()) -> tuple[Input, ...]:
    """Return the inputs for time and duration that transitions of every dialect have.

    The timeline reads their values (animation/transition_progress.py); no shader does.

    Args:
        taken: names of the author's own inputs. A name among them gets ``transition_`` before it.
    """

    def name(word: str) -> str:
        return f"transition_{word}" if word in taken else word

    def number(
        word: str, label: BilingualText, minimum: float, maximum: float, default: float
    ) -> Input:
        return Input(
            name=name(word),
            uniform=f"isft_{word}",
            kind=Kind.FLOAT,
            label=label.en,
            label_ru=label.ru,
            minimum=minimum,
            maximum=maximum,
            default=default,
            group="time",
            static=True,
        )

    return (
        number("at", _AT, -1.0, 3600.0, -1.0),
        number("length", _LENGTH, 0.0, 600.0, 2.0),
        number("every", _EVERY, 0.0, 600.0, 0.0),
        Input(
            name=name("unit"),
            uniform="isft_unit",
            kind=Kind.LONG,
            label="Time unit",
            label_ru="Единица времени",
            values=(SECONDS, BEATS),
            labels=("seconds", "beats"),
            labels_ru=("секунды", "доли"),
            default=SECONDS,
            group="time",
            static=True,
        ),
    )


def parse(effect_id: str, file: str, text: str) -> Effect:
    """Parse a transition into the internal form; arguments and errors as in dialects.load.

    Its uniforms are inputs, with the defaults of their comments; `ratio` is the frame's.
    """
    plain = plain_text.normalize(text)
    shader = parsed_shader.read(AuthorFile(effect_id, file, plain), tuple(_HOST))
    uniform_names = {
        declaration.name for declaration in shader.declarations if declaration.storage == "uniform"
    }
    lines = [f"uniform {kind} {name};" for name, kind in _HOST.items() if name not in uniform_names]
    credits = fragment_credits.read(effect_id, file, plain)
    taken = {declaration.name for declaration in shader.inputs}
    render_pass = Pass(
        vertex=shader.vertex(),
        fragment=shader.fragment([*lines, _FUNCTIONS], _ENDING),
        channels=tuple(shader.bindings.channels),
    )
    return Effect(
        id=effect_id,
        file=file,
        source=text,
        title=credits.title,
        dialect="transition",
        description=credits.description,
        credit=credits.credit,
        license=credits.license,
        categories=credits.categories,
        inputs=(*_IMAGES, _PROGRESS, *shader.inputs, *transition_inputs(taken)),
        passes=(render_pass,),
        textures=tuple(shader.bindings.textures),
        listings=(Listing(AUTHOR, file, plain),),
        uniforms={"ratio": Builtin.ASPECT, **shader.bindings.uniforms},
    )
