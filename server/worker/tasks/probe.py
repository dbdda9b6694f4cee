"""The probe task: tries what this machine can do. It reports and never fails."""

from dataclasses import replace
from pathlib import Path

from server.media import ffmpeg
from server.media.video.trial import try_encodings
from server.protocol.encodings import ENCODINGS
from server.protocol.results.machine import (
    ConfinementReport,
    DeviceReport,
    EncoderReport,
    FfmpegReport,
    FontsReport,
    GlReport,
    GpuReport,
    ProbeReport,
)
from server.protocol.tasks import Probe
from server.protocol.wire.progress import ProgressReporter
from server.render.gl.context import Context, GlError
from server.render.gl.devices import list_devices
from server.render.gl.draw_call import FULLSCREEN_VERTEX, DrawCall
from server.render.gl.gpu import open_context
from server.render.gl.render_target import RenderTarget
from server.typography import fonts
from server.worker.confinement import call_filter, task_confinement

_SIZE = (8, 4)
_TEST_PATTERN = """#version 330 core
uniform float blue;
out vec4 color;
void main() {
    color = vec4((gl_FragCoord.xy - 0.5) * vec2(16.0, 32.0) / 255.0, blue, 1.0);
}
"""


def run(task: Probe, _progress: ProgressReporter) -> ProbeReport:
    """Try OpenGL, ffmpeg and the encoders of the task, and list the fonts."""
    folder = task.folder or Path("/nonexistent")
    missing = {name: tuple(families) for name, families in fonts.missing_packages().items()}
    gpus = tuple(_gpu(index, task.encoders, folder) for index in task.gpus)
    best = max(gpus, key=_capabilities, default=GpuReport(index=0))
    hardware = tuple(name for name in task.encoders if name in best.encoders)
    others = tuple(name for name in task.encoders if name not in hardware)
    encoders = {**best.encoders, **_encoders(others, folder)}
    return ProbeReport(
        gl=best.gl if gpus else _gl(task.egl_device),
        ffmpeg=_ffmpeg(),
        encoders={name: encoders[name] for name in task.encoders},
        fonts=FontsReport(id=fonts.fingerprint(), missing=missing),
        confinement=ConfinementReport(
            landlock_abi=task_confinement.landlock_abi(), seccomp=call_filter.is_supported()
        ),
        gpus=gpus,
    )


def _gpu(index: int, encoders: tuple[str, ...], folder: Path) -> GpuReport:
    hardware = tuple(name for name in encoders if ENCODINGS[name].hardware)
    return GpuReport(
        index=index, gl=_gl(gpu=index), encoders=_encoders(hardware, folder, gpu=index)
    )


def _capabilities(gpu: GpuReport) -> tuple[bool, int]:
    """Return a value that is larger the more of a GPU works."""
    return gpu.gl.ok, sum(encoder.ok for encoder in gpu.encoders.values())


def _gl(egl_device: int | None = None, gpu: int | None = None) -> GlReport:
    devices = tuple(
        DeviceReport(index=device.index, name=device.name, software=device.software)
        for device in list_devices()
    )
    report = GlReport(software=False, devices=devices)
    try:
        with open_context(egl_device, gpu) as context:
            report = replace(
                report,
                renderer=context.renderer,
                vendor=context.vendor,
                version=context.version,
                software=context.software,
            )
            error = find_drawing_error(context)
    except GlError as problem:
        error = str(problem)
    return replace(report, ok=error is None, error=error)


def find_drawing_error(context: Context) -> str | None:
    """Draw a known frame; return a message if any pixel is wrong, else None."""
    render_target = RenderTarget(context, _SIZE)
    draw = DrawCall(context, context.program(FULLSCREEN_VERTEX, _TEST_PATTERN), {})
    draw.set_floats(blue=200 / 255)
    draw.render_to(render_target)
    width, height = _SIZE
    expected = bytes(
        value for y in range(height) for x in range(width) for value in (16 * x, 32 * y, 200, 255)
    )
    drawn = render_target.read()
    context.check("the known frame")
    wrong = sum(abs(a - b) > 1 for a, b in zip(drawn, expected, strict=True))
    return f"{wrong} of {len(expected)} bytes of a known frame came out wrong" if wrong else None


def _ffmpeg() -> FfmpegReport:
    try:
        return FfmpegReport(ok=True, version=ffmpeg.version())
    except ffmpeg.MediaError as problem:
        return FfmpegReport(error=str(problem))


def _encoders(
    names: tuple[str, ...], folder: Path, gpu: int | None = None
) -> dict[str, EncoderReport]:
    reasons = try_encodings(names, folder, gpu)
    return {name: EncoderReport(ok=why is None, why=why) for name, why in reasons.items()}
