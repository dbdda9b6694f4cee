"""The result of a probe of the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.protocol.results.task_result import TaskResult


@dataclass(frozen=True, kw_only=True)
class DeviceReport:
    """An EGL device, in the driver's order."""

    index: int
    name: str
    software: bool


@dataclass(frozen=True, kw_only=True)
class GlReport:
    """OpenGL on this machine."""

    ok: bool = False
    """True if a known frame was drawn without an error."""
    renderer: str = ""
    vendor: str = ""
    version: str = ""
    software: bool | None = None
    """True for a software renderer; None if nothing is known."""
    devices: tuple[DeviceReport, ...] = ()
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class FfmpegReport:
    """The ffmpeg of this machine."""

    ok: bool = False
    version: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class EncoderReport:
    """Trial encoding of a few frames."""

    ok: bool = False
    why: str | None = None
    """Reason why it did not open."""


@dataclass(frozen=True, kw_only=True)
class GpuReport:
    """One of the GPUs of a machine that has several."""

    index: int
    """As CUDA counts."""
    gl: GlReport = GlReport()
    encoders: Mapping[str, EncoderReport] = field(default_factory=dict)
    """The hardware encoders by name."""


@dataclass(frozen=True, kw_only=True)
class GpuLoad:
    """Load of a GPU, by its driver."""

    index: int
    """In the order of the PCI bus, as nvidia-smi counts."""
    name: str
    memory_used_bytes: int
    memory_total_bytes: int
    utilisation: float | None = None
    """Share of the last sample period in which a kernel ran, 0 to 1; None if it is not measured."""


@dataclass(frozen=True, kw_only=True)
class GpuLoads(TaskResult):
    """Loads of all GPUs; empty without a driver that measures them."""

    gpus: tuple[GpuLoad, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FontsReport:
    """The fonts of this machine."""

    id: str = ""
    """Digest that changes whenever rendered letters may change."""
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Packages that are not installed, with their families."""


@dataclass(frozen=True, kw_only=True)
class ConfinementReport:
    """Features of the kernel that confine workers; see worker/confinement/."""

    landlock_abi: int = 0
    """Version of Landlock's ABI; 0 for none."""
    seccomp: bool = False
    """True if sockets can be denied."""


@dataclass(frozen=True, kw_only=True)
class ProbeReport(TaskResult):
    """Capabilities of a machine."""

    gl: GlReport = GlReport()
    ffmpeg: FfmpegReport = FfmpegReport()
    encoders: Mapping[str, EncoderReport] = field(default_factory=dict)
    """By name."""
    fonts: FontsReport = FontsReport()
    confinement: ConfinementReport = ConfinementReport()
    gpus: tuple[GpuReport, ...] = ()
    """The GPUs that were named; `gl` and the hardware encoders are those of the best of them."""
