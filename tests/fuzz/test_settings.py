"""The settings: an environment is a valid configuration, or an error that names the setting."""

import os

from hypothesis import example, given
from hypothesis import strategies as st

from server.config import Config, ConfigError
from server.settings.misspelt import find_misspelt
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

NAMES = Config.setting_names()
TOKENS = (
    *("0", "1", "3001", "-1", "1e3", "１", ",", ":", "/", "~", "~root", "~nobody-else", "..", "="),
    *("*", "free=720", "premium=1080", "https://", "a.example", "10.0.0.0/8", "::1", "whsec_"),
    "AAAA" * 9,
    *("auto", "x264", "info", "x" * 300, os.sep, "\x7f", "\udcff", "é"),
)
VALUES = st.one_of(st.sampled_from(TOKENS), texts_of(*TOKENS, max_tokens=6), st.text(max_size=12))
ENVIRONMENTS = st.dictionaries(
    st.sampled_from(NAMES), VALUES.filter(lambda text: "\0" not in text), max_size=4
)
NAME_PARTS = texts_of(
    *("TOQIBOX", "_", "SHADER", "DIR", "S", "PORT", "MAX", "SEC", "FPS", "_SERVICE_HOST", "K"),
    max_tokens=5,
)


@short
@given(ENVIRONMENTS)
@example({"SHADERS_DIR": "~nobody-else"})
@example({"DATA_DIR": "~nobody-else/data"})
@example({"PRESETS_DIR": "x" * 5000})
@example({"API_KEYS_FILE": "~nobody-else/keys"})
def test_an_environment_is_a_configuration_or_an_error(environ: dict[str, str]) -> None:
    try:
        config = Config.from_env(environ)
    except ConfigError as error:
        assert any(name in str(error) for name in NAMES)
        name = str(error).partition("=")[0]
        if name in ("METRICS_TOKEN", "WEBHOOK_SECRET"):
            assert len(environ[name]) < 9 or environ[name] not in str(error)
        return
    assert config == Config.from_env(environ)
    assert "free" in config.plans
    assert config.data_dir.is_absolute()
    assert len(config.slot_gpus) == len(config.gpus or (0,)) * config.max_parallel_exports


@short
@given(st.dictionaries(NAME_PARTS | st.text(max_size=9), st.just(""), max_size=4))
def test_a_misspelt_name_has_advice(environ: dict[str, str]) -> None:
    for misspelt in find_misspelt(environ, NAMES):
        assert misspelt.name in environ
        assert misspelt.name not in NAMES
        assert misspelt.likely in (None, *NAMES)
        assert misspelt.advice
