"""Misspelt settings are recognised; variables of other programs are not taken for settings."""

import pytest

from server.config import Config
from server.settings.misspelt import MisspeltSetting, find_misspelt

OTHERS = """
PATH HOME USER SHELL LANG TERM PWD HOSTNAME HOSTTYPE LOGNAME MAIL EDITOR TZ TMPDIR XDG_DATA_HOME
XDG_DATA_DIRS XDG_CACHE_HOME HTTP_PROXY http_proxy NO_PROXY SSL_CERT_FILE NVIDIA_VISIBLE_DEVICES
NVIDIA_DRIVER_CAPABILITIES CUDA_VISIBLE_DEVICES EGL_PLATFORM KUBERNETES_SERVICE_HOST
KUBERNETES_PORT KUBERNETES_PORT_443_TCP MESA_SHADER_CACHE_DIR RAILWAY_PUBLIC_DOMAIN
RAILWAY_RUN_UID PYTHONPATH PYTHONUNBUFFERED SHLVL OLDPWD _
"""
"""Variables of other programs."""


def _find(environ: dict[str, str]) -> list[MisspeltSetting]:
    return find_misspelt(environ, Config.setting_names())


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("SHADER_DIR", "SHADERS_DIR"),
        ("SHADERS_DIRS", "SHADERS_DIR"),
        ("SHADRES_DIR", "SHADERS_DIR"),
        ("shaders_dir", "SHADERS_DIR"),
        ("TOQIBOX_SHADERS_DIR", "SHADERS_DIR"),
        ("TOQIBOX_SHADER_DIR", "SHADERS_DIR"),
        ("TOQIBOX_PORT", "PORT"),
        ("DATADIR", "DATA_DIR"),
        ("MAX_DURATION", "MAX_DURATION_SEC"),
        ("MAX_DURATION_SECONDS", "MAX_DURATION_SEC"),
        ("EXPORT_TIMEOUT_SEC", "EXPORT_TIMEOUT_MS"),
        ("MAX_PARALEL_EXPORT", "MAX_PARALLEL_EXPORTS"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("CORS_ORIGIN", "CORS_ORIGINS"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("GPU", "GPUS"),
        ("PLAN", "PLANS"),
        ("DRAINSEC", "DRAIN_SEC"),
        ("API_KEYS", "API_KEYS_FILE"),
        ("LINK_SECRETS", "LINK_SECRETS_FILE"),
    ],
)
def test_a_similar_name_names_its_setting(name: str, setting: str) -> None:
    (misspelt,) = _find({name: "x", "PATH": "/bin"})
    assert (misspelt.name, misspelt.likely) == (name, setting)
    assert setting in misspelt.advice


def test_a_prefixed_name_that_resembles_no_setting_is_reported_too() -> None:
    (misspelt,) = _find({"TOQIBOX_COLOUR": "x"})
    assert misspelt.likely is None
    assert "no prefix" in misspelt.advice


def test_settings_and_other_variables_are_not_reported() -> None:
    assert _find(dict.fromkeys([*Config.setting_names(), *OTHERS.split()], "x")) == []


def test_the_variables_of_a_kubernetes_service_are_not_settings() -> None:
    service = {
        "TOQIBOX_SERVICE_HOST": "10.0.0.1",
        "TOQIBOX_SERVICE_PORT": "3001",
        "TOQIBOX_PORT": "tcp://10.0.0.1:3001",
        "TOQIBOX_PORT_3001_TCP_ADDR": "10.0.0.1",
    }
    assert _find(service) == []
    assert len(_find({**service, "TOQIBOX_HOST": "x"})) == 1
