"""The advice of the doctor on devices, settings and the confinement of workers."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.access.api_key import new_secret
from server.cli.doctor import Finding, _confinement, _data, _findings, _gl, _keys, _settings
from server.config import Config
from server.jobs.execution.machine import MachineProbe
from server.jobs.execution.worker_process import TaskError
from server.protocol.codec import from_stored
from server.protocol.results.machine import ProbeReport
from tests.harness.api_keys import write_keys
from tests.harness.disks import fill, small_disk

DEVICES = [
    {"index": 0, "name": "NVIDIA", "software": False},
    {"index": 1, "name": "llvmpipe", "software": True},
]
NONE = {"ok": False, "error": "no OpenGL context", "devices": DEVICES}
SOFTWARE = {"ok": True, "renderer": "llvmpipe", "software": True, "devices": DEVICES}


@pytest.mark.parametrize(
    ("gl", "device", "advice"),
    [
        (NONE, "7", "EGL_DEVICE is 7, which does not exist: unset it, or set it to 0 or 1"),
        (NONE, "0", "device 0 of EGL_DEVICE cannot be opened: unset it, or try 1"),
        ({**NONE, "devices": []}, "0", "EGL_DEVICE is 0, but EGL lists no device: unset it"),
        (SOFTWARE, "1",
         "device 1 of EGL_DEVICE is software, but must be a GPU: unset it, or set it to 0"),
        ({**SOFTWARE, "devices": DEVICES[1:]}, "1",
         "device 1 of EGL_DEVICE is software, but must be a GPU: unset it"),
    ],
)  # fmt: skip
def test_an_unusable_device_is_reported_with_the_others(
    gl: dict[str, object], device: str, advice: str, tmp_path: Path
) -> None:
    config = Config.from_env({"EGL_DEVICE": device, "CONFINE_WORKERS": "0"})
    health = MachineProbe(config, tmp_path / "scratch")
    health.report = from_stored(ProbeReport, {"gl": gl})
    finding = _gl(config, health)
    assert (finding.state, finding.advice) == ("failed", advice)


def test_software_without_egl_device_is_a_warning(tmp_path: Path) -> None:
    health = MachineProbe(Config(), tmp_path / "scratch")
    health.report = from_stored(ProbeReport, {"gl": SOFTWARE})
    assert _gl(Config(), health).state == "warning"


def test_a_probe_that_failed_is_reported_with_its_reason_and_nothing_else_as_missing(
    tmp_path: Path,
) -> None:
    config = Config(data_dir=tmp_path, confine_workers=False)
    health = MachineProbe(config, tmp_path / "scratch")
    denied = "Traceback …\nPermissionError: [Errno 13] Permission denied: '/closed'\n"
    health.failure = TaskError("internal", denied)
    findings = {finding.name: finding for finding in _findings(config, health)}
    result = "it ended with internal: PermissionError: [Errno 13] Permission denied: '/closed'"
    assert (findings["probe"].state, findings["probe"].result) == ("failed", result)
    assert findings.keys() == {"probe", "data folder", "disk", "processors"}


def test_a_misspelt_setting_is_a_warning_that_names_the_right_one() -> None:
    advice = "it has no effect: the setting is SHADERS_DIR"
    finding = Finding("setting", "warning", "SHADER_DIR is unknown", advice)
    assert list(_settings({"SHADER_DIR": "/effects", "PORT": "1"})) == [finding]


@pytest.mark.parametrize(
    ("abi", "seccomp", "settings", "state", "result"),
    [
        (7, True, {}, "ok", "workers: Landlock ABI 7 and seccomp"),
        (4, True, {}, "warning", "workers: Landlock ABI 4 and seccomp"),
        (0, False, {}, "warning", "workers: none"),
        (7, True, {"CONFINE_WORKERS": "0"}, "warning",
         "turned off: a faulty decoder or driver can reach all files of this user"),
    ],
)  # fmt: skip
def test_what_the_kernel_lacks_to_confine_workers_is_a_warning(
    abi: int, seccomp: bool, settings: dict[str, str], state: str, result: str, tmp_path: Path
) -> None:
    config = Config.from_env(settings)
    health = MachineProbe(config, tmp_path / "scratch")
    report = {"confinement": {"landlock_abi": abi, "seccomp": seccomp}}
    health.report = from_stored(ProbeReport, report)
    finding = _confinement(config, health)
    assert (finding.state, finding.result) == (state, result)


def test_the_file_of_api_keys_is_read_as_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    config = Config(api_keys_file=path)

    config = replace(config, metrics_token="t" * 16)

    def states(config: Config = config) -> list[str]:
        return [finding.state for finding in _keys(config)]

    assert states(Config()) == []
    assert states() == ["failed"]
    write_keys(path)
    path.chmod(0o600)
    assert states() == ["warning"]
    write_keys(path, studio={})
    assert states() == ["ok"]
    path.chmod(0o644)
    assert states() == ["warning", "ok"]
    secrets = tmp_path / "secrets"
    secrets.write_text("too short")
    assert states(replace(config, link_secrets_file=secrets)) == ["failed"]
    secrets.write_text(new_secret())
    assert states(replace(config, link_secrets_file=secrets)) == ["warning", "ok"]


def test_public_metrics_of_a_server_with_keys_are_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, studio={})
    path.chmod(0o600)
    keys, metrics = _keys(Config(api_keys_file=path))
    assert (keys.state, metrics.state) == ("ok", "warning")
    assert "METRICS_TOKEN" in metrics.advice


def test_a_data_folder_that_cannot_be_written_is_reported_with_its_reason(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 12) as disk:
        fill(disk)
        finding = _data(disk / "data")
    assert finding.state == "failed"
    assert "No space left on device" in finding.result
