"""Settings of the server: read once from the environment, validated, then immutable."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from server.protocol.encodings import ENCODINGS
from server.settings.readers import (
    Network,
    choice,
    integer,
    read_file,
    read_flag,
    read_folder,
    read_folders,
    read_frame_rate,
    read_gpus,
    read_networks,
    read_origins,
    read_plans,
    read_public_url,
    read_seconds,
    read_token,
)
from server.settings.webhooks import read_hosts, read_webhook_secrets


class ConfigError(Exception):
    """Invalid value of a setting; the message names the setting, its value and what is allowed."""


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Return the user's data folder by the XDG Base Directory specification."""
    base = environ.get("XDG_DATA_HOME") or os.path.join(
        environ.get("HOME", "/var/lib"), ".local/share"
    )
    return Path(base) / "toqibox"


def _setting(
    name: str, default: Any, read: Callable[[str], Any], meaning: str, *, is_secret: bool = False
) -> Any:
    """Declare a setting; the value of a secret one is in no message and no `repr`."""
    metadata = {"name": name, "read": read, "meaning": meaning, "is_secret": is_secret}
    return field(default_factory=lambda: default, repr=not is_secret, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of the server; only `Config.from_env` reads them from the environment."""

    port: int = _setting("PORT", 3001, integer(0, 65535), "TCP port; 0 selects a free one")
    host: str = _setting("HOST", "127.0.0.1", str, "address to listen on")
    data_dir: Path = _setting("DATA_DIR", Path(), read_folder, "folder of jobs and videos")
    shaders_dirs: tuple[Path, ...] = _setting(
        "SHADERS_DIR", (), read_folders, "folders of effects in addition to the built-in ones"
    )
    presets_dirs: tuple[Path, ...] = _setting(
        "PRESETS_DIR", (), read_folders, "folders of presets in addition to the built-in ones"
    )
    max_duration_sec: Decimal = _setting(
        "MAX_DURATION_SEC", Decimal(240), read_seconds, "maximum duration of a video, seconds"
    )
    plans: dict[str, int] = _setting(
        "PLANS", {"free": 720, "premium": 1080}, read_plans, "short side of the video for each plan"
    )
    max_parallel_exports: int = _setting(
        "MAX_PARALLEL_EXPORTS",
        2,
        integer(0, 64),
        "render slots; with GPUS, of each GPU; 0 only queues",
    )
    max_queued_exports: int = _setting(
        "MAX_QUEUED_EXPORTS",
        100,
        integer(0, 1_000_000),
        "maximum number of queued jobs; more are refused with 429",
    )
    premium_head_start_sec: int = _setting(
        "PREMIUM_HEAD_START_SEC",
        600,
        integer(0, 86_400),
        "head start of premium jobs in the queue, seconds",
    )
    segment_sec: Decimal = _setting(
        "SEGMENT_SEC", Decimal(10), read_seconds, "length of a segment of a job, seconds"
    )
    export_timeout_ms: int | None = _setting(
        "EXPORT_TIMEOUT_MS",
        None,
        integer(1000, 864_000_000),
        "maximum slot time of a job; 600000 on a GPU, six times that on a software renderer",
    )
    stall_timeout_ms: int = _setting(
        "STALL_TIMEOUT_MS",
        30_000,
        integer(200, 3_600_000),
        "time without progress until a task is killed; four times that on a software renderer",
    )
    fps: int = _setting("FPS", 30, read_frame_rate, "frames per second if the request gives none")
    max_upload_mb: int = _setting(
        "MAX_UPLOAD_MB", 50, integer(1, 100_000), "maximum size of a file, MB"
    )
    max_uploads: int = _setting(
        "MAX_UPLOADS", 32, integer(1, 10_000), "maximum number of concurrent uploads"
    )
    upload_min_rate: int = _setting(
        "UPLOAD_MIN_RATE",
        8192,
        integer(1, 1_000_000_000),
        "minimum rate of an upload, bytes per second",
    )
    max_client_connections: int | None = _setting(
        "MAX_CLIENT_CONNECTIONS",
        None,
        integer(1, 100_000),
        "maximum number of connections of one address; without it a quarter of all",
    )
    min_free_mb: int = _setting(
        "MIN_FREE_MB",
        1024,
        integer(0, 100_000_000),
        "free disk space below which jobs are refused, MB",
    )
    result_ttl_sec: int = _setting(
        "RESULT_TTL_SEC",
        86_400,
        integer(1, 31_536_000),
        "time for which a finished video is kept, seconds",
    )
    result_cache: bool = _setting(
        "RESULT_CACHE", True, read_flag, "0 renders what a key has rendered before again"
    )
    idle_thumbnails: bool = _setting(
        "IDLE_THUMBNAILS", True, read_flag, "0 draws thumbnails only when they are requested"
    )
    warm_up: bool = _setting(
        "WARM_UP", True, read_flag, "0 compiles no effect when the server starts"
    )
    upload_ttl_sec: int = _setting(
        "UPLOAD_TTL_SEC",
        3600,
        integer(1, 31_536_000),
        "time for which a track or photo is kept after its last use, seconds",
    )
    uploads_kept_mb: int = _setting(
        "UPLOADS_KEPT_MB",
        4096,
        integer(1, 100_000_000),
        "maximum size of all tracks and photos that are kept, MB",
    )
    track_max_sec: Decimal = _setting(
        "TRACK_MAX_SEC", Decimal(1200), read_seconds, "maximum duration of a kept track, seconds"
    )
    preview_cache_mb: int = _setting(
        "PREVIEW_CACHE_MB",
        1024,
        integer(1, 100_000_000),
        "decoded and analysed media kept for previews, MB",
    )
    encoder: str = _setting(
        "ENCODER", "auto", choice("auto", *ENCODINGS), "auto, or the required encoder"
    )
    egl_device: int | None = _setting(
        "EGL_DEVICE", None, integer(0, 63), "index of the required EGL device"
    )
    gpus: tuple[int, ...] = _setting(
        "GPUS",
        (),
        read_gpus,
        "indices of the GPUs to use, as CUDA counts; MAX_PARALLEL_EXPORTS slots each",
    )
    require_gpu: bool = _setting("REQUIRE_GPU", False, read_flag, "1 refuses a software renderer")
    allow_custom_shaders: bool = _setting(
        "ALLOW_CUSTOM_SHADERS",
        False,
        read_flag,
        "1 lets requests send the source of an effect instead of its id",
    )
    confine_workers: bool = _setting(
        "CONFINE_WORKERS",
        True,
        read_flag,
        "0 lets workers reach all files and the network, for a driver that needs more",
    )
    gpu_lost_sec: int = _setting(
        "GPU_LOST_SEC",
        120,
        integer(1, 86_400),
        "time to wait for a lost GPU before the server ends, seconds",
    )
    cors_origins: tuple[str, ...] = _setting(
        "CORS_ORIGINS", ("*",), read_origins, "origins that may call the server from a browser"
    )
    public_url: str = _setting(
        "PUBLIC_URL",
        "",
        read_public_url,
        "public URL or path of the server; prefix of the links in responses",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "TRUSTED_PROXIES",
        (),
        read_networks,
        "addresses of proxies whose X-Forwarded-For and X-Request-Id are trusted",
    )
    drain_sec: int = _setting(
        "DRAIN_SEC",
        0,
        integer(0, 86_400),
        "time in which running segments and transfers may end after SIGTERM, seconds",
    )
    metrics_token: str | None = _setting(
        "METRICS_TOKEN", None, read_token, "bearer token that GET /metrics requires", is_secret=True
    )
    api_keys_file: Path | None = _setting(
        "API_KEYS_FILE",
        None,
        read_file,
        "file of the API keys; without it the server is open to all",
    )
    link_secrets_file: Path | None = _setting(
        "LINK_SECRETS_FILE",
        None,
        read_file,
        "file of the secrets that sign links; without it one is made in DATA_DIR",
    )
    link_ttl_sec: int = _setting(
        "LINK_TTL_SEC",
        86_400,
        integer(60, 31_536_000),
        "minimum lifetime of a signed link, seconds; the video may be removed before",
    )
    link_requests_per_minute: int = _setting(
        "LINK_REQUESTS_PER_MINUTE",
        300,
        integer(1, 1_000_000),
        "requests that one signed link may be followed by in a minute",
    )
    webhook_secrets: tuple[bytes, ...] = _setting(
        "WEBHOOK_SECRET",
        (),
        read_webhook_secrets,
        "secrets that sign webhooks, whsec_… separated by commas; without one there are none",
        is_secret=True,
    )
    webhook_allowed_hosts: tuple[str, ...] = _setting(
        "WEBHOOK_ALLOWED_HOSTS",
        (),
        read_hosts,
        "hosts of webhooks that may have private addresses and any port",
    )
    log_level: str = _setting(
        "LOG_LEVEL",
        "info",
        choice("debug", "info", "warning", "error"),
        "minimum level of the log: debug, info, warning or error",
    )

    @classmethod
    def setting_names(cls) -> list[str]:
        """Return the names of all settings."""
        return [setting.metadata["name"] for setting in fields(cls)]

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
                value = "…" if setting.metadata["is_secret"] else repr(text)
                raise ConfigError(f"{name}={value} is not valid: must be {error}") from None
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
