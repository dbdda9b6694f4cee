"""Settings of the server: read once from the environment, validated, then immutable."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from server.protocol.encodings import ENCODINGS

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PUBLIC_URL = re.compile(r"(https?://[^\s/?#@]+)?((/[^\s/?#]+)*)/?")
Network = IPv4Network | IPv6Network
FRAME_RATES = (24, 25, 30, 50, 60)


class ConfigError(Exception):
    """Invalid value of a setting; the message names the setting, its value and what is allowed."""


def _integer(minimum: int, maximum: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not minimum <= int(text) <= maximum:
            raise ValueError(f"an integer between {minimum} and {maximum}")
        return int(text)

    return read


def _seconds(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text) or Decimal(text) <= 0:
        raise ValueError("a number of seconds greater than 0")
    return Decimal(text)


def _plans(text: str) -> dict[str, int]:
    plans: dict[str, int] = {}
    for item in text.split(","):
        match = re.fullmatch(r"\s*([a-z_]+)=([0-9]{1,4})\s*", item)
        if not match or not 16 <= int(match[2]) <= 4320 or int(match[2]) % 2:
            raise ValueError(
                "name=side with even sides between 16 and 4320, such as free=720,premium=1080"
            )
        plans[match[1]] = int(match[2])
    return plans


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return text

    return read


def _gpus(text: str) -> tuple[int, ...]:
    numbers = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,2}", number) for number in numbers):
        raise ValueError("comma-separated indices of GPUs such as 0,1")
    if len(set(map(int, numbers))) < len(numbers):
        raise ValueError("indices that differ: a GPU has MAX_PARALLEL_EXPORTS slots")
    return tuple(map(int, numbers))


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("0 or 1")
    return text == "1"


def _frame_rate(text: str) -> int:
    if text not in map(str, FRAME_RATES):
        raise ValueError("one of " + ", ".join(map(str, FRAME_RATES)))
    return int(text)


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    if not origins or not all(o == "*" or re.fullmatch(r"https?://[^/\s]+", o) for o in origins):
        raise ValueError("* or comma-separated origins such as https://studio.example")
    return origins


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            "comma-separated addresses or networks such as 127.0.0.1,10.0.0.0/8"
        ) from None


def _public_url(text: str) -> str:
    match = _PUBLIC_URL.fullmatch(text)
    if not match or {".", ".."} & set(unquote(match[2]).split("/")):
        raise ValueError(
            "an address such as https://studio.example/render, or its path alone, such as /render"
        )
    return (match[1] or "") + match[2]


def _folders(text: str) -> tuple[Path, ...]:
    folders = tuple(Path(part).expanduser().resolve() for part in text.split(os.pathsep) if part)
    if not all(folder.is_dir() for folder in folders):
        raise ValueError(f"existing folders, separated by {os.pathsep}")
    return folders


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("a folder")
    return Path(text).expanduser().absolute()


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Return the user's data folder by the XDG Base Directory specification."""
    base = environ.get("XDG_DATA_HOME") or os.path.join(
        environ.get("HOME", "/var/lib"), ".local/share"
    )
    return Path(base) / "toqibox"


def _setting(name: str, default: Any, read: Callable[[str], Any], meaning: str) -> Any:
    return field(
        default_factory=lambda: default, metadata={"name": name, "read": read, "meaning": meaning}
    )


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of the server; only `Config.from_env` reads them from the environment."""

    port: int = _setting("PORT", 3001, _integer(0, 65535), "TCP port; 0 selects a free one")
    host: str = _setting("HOST", "127.0.0.1", str, "address to listen on")
    data_dir: Path = _setting("DATA_DIR", Path(), _folder, "folder of jobs and videos")
    shaders_dirs: tuple[Path, ...] = _setting(
        "SHADERS_DIR", (), _folders, "folders of effects in addition to the built-in ones"
    )
    presets_dirs: tuple[Path, ...] = _setting(
        "PRESETS_DIR", (), _folders, "folders of presets in addition to the built-in ones"
    )
    max_duration_sec: Decimal = _setting(
        "MAX_DURATION_SEC", Decimal(240), _seconds, "maximum duration of a video, seconds"
    )
    plans: dict[str, int] = _setting(
        "PLANS", {"free": 720, "premium": 1080}, _plans, "short side of the video for each plan"
    )
    max_parallel_exports: int = _setting(
        "MAX_PARALLEL_EXPORTS",
        2,
        _integer(0, 64),
        "render slots; with GPUS, of each GPU; 0 only queues",
    )
    max_queued_exports: int = _setting(
        "MAX_QUEUED_EXPORTS",
        100,
        _integer(0, 1_000_000),
        "maximum number of queued jobs; more are refused with 429",
    )
    premium_head_start_sec: int = _setting(
        "PREMIUM_HEAD_START_SEC",
        600,
        _integer(0, 86_400),
        "head start of premium jobs in the queue, seconds",
    )
    segment_sec: Decimal = _setting(
        "SEGMENT_SEC", Decimal(10), _seconds, "length of a segment of a job, seconds"
    )
    export_timeout_ms: int | None = _setting(
        "EXPORT_TIMEOUT_MS",
        None,
        _integer(1000, 864_000_000),
        "maximum slot time of a job; 600000 on a GPU, six times that on a software renderer",
    )
    stall_timeout_ms: int = _setting(
        "STALL_TIMEOUT_MS",
        30_000,
        _integer(200, 3_600_000),
        "time without progress until a task is killed; four times that on a software renderer",
    )
    fps: int = _setting("FPS", 30, _frame_rate, "frames per second if the request gives none")
    max_upload_mb: int = _setting(
        "MAX_UPLOAD_MB", 50, _integer(1, 100_000), "maximum size of a file, MB"
    )
    max_uploads: int = _setting(
        "MAX_UPLOADS", 32, _integer(1, 10_000), "maximum number of concurrent uploads"
    )
    upload_min_rate: int = _setting(
        "UPLOAD_MIN_RATE",
        8192,
        _integer(1, 1_000_000_000),
        "minimum rate of an upload, bytes per second",
    )
    min_free_mb: int = _setting(
        "MIN_FREE_MB",
        1024,
        _integer(0, 100_000_000),
        "free disk space below which jobs are refused, MB",
    )
    result_ttl_sec: int = _setting(
        "RESULT_TTL_SEC",
        86_400,
        _integer(1, 31_536_000),
        "time for which a finished video is kept, seconds",
    )
    encoder: str = _setting(
        "ENCODER", "auto", _choice("auto", *ENCODINGS), "auto, or the required encoder"
    )
    egl_device: int | None = _setting(
        "EGL_DEVICE", None, _integer(0, 63), "index of the required EGL device"
    )
    gpus: tuple[int, ...] = _setting(
        "GPUS",
        (),
        _gpus,
        "indices of the GPUs to use, as CUDA counts; MAX_PARALLEL_EXPORTS slots each",
    )
    require_gpu: bool = _setting("REQUIRE_GPU", False, _flag, "1 refuses a software renderer")
    gpu_lost_sec: int = _setting(
        "GPU_LOST_SEC",
        120,
        _integer(1, 86_400),
        "time to wait for a lost GPU before the server ends, seconds",
    )
    cors_origins: tuple[str, ...] = _setting(
        "CORS_ORIGINS", ("*",), _origins, "origins that may call the server from a browser"
    )
    public_url: str = _setting(
        "PUBLIC_URL",
        "",
        _public_url,
        "public URL or path of the server; prefix of the links in responses",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "TRUSTED_PROXIES",
        (),
        _networks,
        "addresses of proxies whose X-Forwarded-For and X-Request-Id are trusted",
    )
    log_level: str = _setting(
        "LOG_LEVEL",
        "info",
        _choice("debug", "info", "warning", "error"),
        "minimum level of the log: debug, info, warning or error",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """Read the settings from `environ`.

        Raises:
            ConfigError: a value is invalid; names the setting, the value and what is allowed.
        """
        values: dict[str, Any] = {"data_dir": default_data_dir(environ)}
        for setting in fields(cls):
            name = setting.metadata["name"]
            text = environ.get(name)
            if text is None or text == "":
                continue
            try:
                values[setting.name] = setting.metadata["read"](text)
            except ValueError as error:
                raise ConfigError(f"{name}={text!r} is not valid: must be {error}") from None
        config = cls(**values)
        if config.gpus and config.egl_device is not None:
            raise ConfigError("EGL_DEVICE and GPUS exclude each other: unset one of them")
        return config

    @property
    def first_gpu(self) -> int | None:
        """The GPU of work that needs no slot; None without GPUS."""
        return self.gpus[0] if self.gpus else None

    @property
    def slot_gpus(self) -> list[int | None]:
        """The GPU of each slot, so that consecutive slots are on different ones."""
        return [*(self.gpus or (None,))] * self.max_parallel_exports
