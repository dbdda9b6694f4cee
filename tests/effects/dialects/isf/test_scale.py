"""SCALE in the header: the spectrum of an input, and the analysis that it needs."""

import json
from typing import Any

import pytest

from server.effects.dialects import load
from server.effects.effect import Effect
from server.effects.model.feature import AnalysisLevel
from server.effects.model.input import Scale
from server.effects.web_program import build_program
from server.errors import ToqiboxError


def isf(**keys: Any) -> Effect:
    """Return an effect with one input."""
    header = json.dumps({"INPUTS": [{"NAME": "x", **keys}]})
    return load("test", "test.fs", f"/*{header}*/\nvoid main() {{ gl_FragColor = vec4(1.0); }}\n")


@pytest.mark.parametrize("kind", ["audioFFT", "audioHistory"])
def test_a_spectrum_has_a_scale(kind: str) -> None:
    assert isf(TYPE=kind).inputs[0].scale is Scale.BROWSER
    effect = isf(TYPE=kind, SCALE="track")
    assert effect.inputs[0].scale is Scale.TRACK
    assert effect.analysis_level({}) is AnalysisLevel.TRACK
    assert build_program(effect)["inputs"][0]["scale"] == "track"


@pytest.mark.parametrize("word", ["album", 3, ["track"], None])
def test_another_word_is_refused_in_its_line(word: object) -> None:
    with pytest.raises(ToqiboxError) as caught:
        isf(TYPE="audioFFT", SCALE=word)
    assert caught.value.diagnostics is not None
    assert "“browser” or “track”" in str(caught.value.diagnostics[0])


def test_a_key_of_another_host_and_type_is_ignored() -> None:
    assert isf(TYPE="float", SCALE="album").inputs[0].scale is Scale.BROWSER
    assert isf(TYPE="audioFFT").analysis_level({}) is AnalysisLevel.SPECTRA
