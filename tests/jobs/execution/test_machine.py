import os
import sys
from pathlib import Path
from typing import Any

import pytest

from server.config import Config
from server.jobs.execution.machine import (
    MachineProbe,
    choose_encoder,
    export_timeout_s,
    stall_timeout_s,
)
from server.protocol.codec import from_stored
from server.protocol.results.machine import ProbeReport

BOTH: dict[str, Any] = {"nvenc": {"ok": True}, "x264": {"ok": True}}
X264: dict[str, Any] = {"nvenc": {"ok": False}, "x264": {"ok": True}}
NONE: dict[str, Any] = {"nvenc": {"ok": False}, "x264": {"ok": False}}


@pytest.mark.fault("F08")
@pytest.mark.parametrize(
    ("wanted", "opened", "choice"),
    [
        ("auto", BOTH, ("nvenc", None)),
        ("auto", X264, ("x264", "nvenc")),
        ("auto", NONE, (None, None)),
        ("nvenc", X264, (None, None)),
        ("x264", BOTH, ("x264", None)),
        ("x264", {}, (None, None)),
    ],
)
def test_the_first_encoder_that_opens_is_chosen(
    wanted: str, opened: dict[str, Any], choice: tuple[str | None, str | None]
) -> None:
    assert choose_encoder(wanted, from_stored(ProbeReport, {"encoders": opened}).encoders) == choice


@pytest.mark.parametrize(
    ("wanted", "opened", "codecs", "hevc"),
    [
        ("auto", "x264 x265 svtav1", ("h264", "hevc", "av1"), ("x265", "hevc_nvenc")),
        ("auto", "x264 nvenc hevc_nvenc x265", ("h264", "hevc"), ("hevc_nvenc", None)),
        ("auto", "x264 av1_nvenc", ("h264", "av1"), (None, None)),
        ("x264", "x264 nvenc hevc_nvenc", ("h264", "hevc"), ("hevc_nvenc", None)),
        ("x265", "x264 hevc_nvenc", ("h264",), (None, None)),
        ("x265", "x264 hevc_nvenc x265", ("h264", "hevc"), ("x265", None)),
    ],
)
def test_codecs_are_those_with_an_encoder_that_may_be_used(
    wanted: str, opened: str, codecs: tuple[str, ...], hevc: tuple[str | None, str | None]
) -> None:
    encoders = {name: {"ok": True} for name in opened.split()}
    machine = _machine({**SOFTWARE, "encoders": encoders}, ENCODER=wanted)
    assert machine.codecs == codecs
    assert machine.encoder_of("hevc") == hevc
    problems = machine.problems()
    if wanted == "x265" and hevc[0] is None:
        assert problems == ["no encoder of HEVC opens for ENCODER=x265: x265: unknown reason"]
    else:
        assert not problems


def _machine(report: dict[str, Any] | None, **settings: str) -> MachineProbe:
    machine = MachineProbe(Config.from_env(settings), Path("/nonexistent"))
    machine.report = None if report is None else from_stored(ProbeReport, report)
    return machine


SOFTWARE: dict[str, Any] = {
    "gl": {"ok": True, "software": True, "renderer": "llvmpipe"},
    "ffmpeg": {"ok": True, "version": "7"},
    "encoders": X264,
}


def test_nothing_is_claimed_before_the_probe() -> None:
    assert _machine(None).problems()


def test_software_is_fine_unless_hardware_is_demanded() -> None:
    assert not _machine(SOFTWARE).problems()
    assert "REQUIRE_GPU" in _machine(SOFTWARE, REQUIRE_GPU="1").problems()[0]
    assert "EGL_DEVICE" in _machine(SOFTWARE, EGL_DEVICE="0").problems()[0]


@pytest.mark.fault("K07")
def test_limits_are_longer_on_software() -> None:
    config = Config()
    assert export_timeout_s(config, software=False) == 600
    assert export_timeout_s(config, software=True) == 3600
    configured = Config.from_env({"EXPORT_TIMEOUT_MS": "5000"})
    assert export_timeout_s(configured, software=True) == 5
    assert stall_timeout_s(config, software=False) == 30
    assert stall_timeout_s(config, software=True) == 120


@pytest.mark.slow
async def test_a_real_probe_detects_this_machine(tmp_path: Path) -> None:
    machine = MachineProbe(Config(), tmp_path / "scratch")
    await machine.probe()
    assert machine.problems() == []
    assert machine.encoder in ("x264", "nvenc")
    assert machine.renderer != "none"
    assert not os.listdir(tmp_path)


async def test_a_probe_that_cannot_start_is_the_reason_for_each_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    machine = MachineProbe(Config(), tmp_path / "scratch")
    await machine.probe()
    reason = "the probe ended with worker_crashed"
    assert machine.problems() == [f"no GL context: {reason}", f"no ffmpeg: {reason}"]
    assert machine.failure is not None
    assert str(tmp_path / "python") in machine.failure.detail
