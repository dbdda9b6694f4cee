from decimal import Decimal
from pathlib import Path

import pytest

from server.config import Config, ConfigError


def test_defaults_are_those_of_the_contract() -> None:
    config = Config.from_env({"HOME": "/home/someone"})
    assert config.port == 3001
    assert config.host == "127.0.0.1"
    assert config.data_dir == Path("/home/someone/.local/share/toqibox")
    assert config.plans == {"free": 720, "premium": 1080}
    assert config.max_duration_sec == 240
    assert config.cors_origins == ("*",)


def test_values_are_read(tmp_path: Path) -> None:
    config = Config.from_env(
        {
            "PLANS": "premium=72, free=36",
            "SEGMENT_SEC": "0.5",
            "SHADERS_DIR": f"{tmp_path}:/",
            "REQUIRE_GPU": "1",
            "CORS_ORIGINS": "https://a.example, http://b.example:8080",
            "PORT": "",
        }
    )
    assert config.plans == {"free": 36, "premium": 72}
    assert config.segment_sec == Decimal("0.5")
    assert config.shaders_dirs == (tmp_path, Path("/"))
    assert config.require_gpu
    assert config.cors_origins == ("https://a.example", "http://b.example:8080")
    assert config.port == 3001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PLANS", "free"),
        ("PLANS", "free=35"),
        ("PLANS", "fre=720,premium=1080"),
        ("PLANS", "free=720,gold=1080"),
        ("PLANS", "free=720,free=1080"),
        ("PLANS", "premium=1080"),
        ("MAX_DURATION_SEC", "0"),
        ("MAX_DURATION_SEC", "-1"),
        ("ENCODER", "h264"),
        ("REQUIRE_GPU", "yes"),
        ("FPS", "29"),
        ("SHADERS_DIR", "/nowhere"),
        ("CORS_ORIGINS", "studio.example"),
        ("STALL_TIMEOUT_MS", "1"),
    ],
)
def test_an_invalid_value_is_reported_with_name_value_and_form(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_env({name: value})
    assert name in str(caught.value)
    assert repr(value) in str(caught.value)
    assert "is not valid: must be" in str(caught.value)
