"""Opening a context: choice of the device, its properties, errors."""

import pytest

from server.render.gl.context import CompileError, Context, GlError
from server.render.gl.devices import Device, by_preference, is_software, list_devices
from server.render.gl.draw_call import FULLSCREEN_VERTEX
from server.render.gl.render_target import RenderTarget
from server.worker.tasks.probe import find_drawing_error


def test_hardware_comes_first() -> None:
    devices = [Device(0, "software", True), Device(1, "card", False), Device(2, "other", False)]
    assert [device.index for device in by_preference(devices)] == [1, 2, 0]


@pytest.mark.parametrize(
    ("renderer", "software"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", True),
        ("softpipe", True),
        ("Google SwiftShader", True),
        ("NVIDIA H200/PCIe/SSE2", False),
        ("AMD Radeon Graphics (radeonsi, navi31)", False),
        ("Mesa Intel(R) Graphics (ADL GT2)", False),
    ],
)
def test_software_is_known_by_its_name(renderer: str, software: bool) -> None:
    assert is_software(renderer) is software


def test_the_context_reports_its_properties(context: Context) -> None:
    assert context.renderer
    assert context.vendor
    assert context.version
    assert context.max_texture_units >= 16
    assert context.max_texture_size >= 4096
    if all(device.software for device in list_devices()):
        assert context.software


def test_each_listed_device_is_opened_by_its_index() -> None:
    devices = list_devices()
    assert [device.index for device in devices] == list(range(len(devices)))
    with pytest.raises(GlError, match=f"device {len(devices)}"):
        Context(len(devices))
    opened = [Context(device.index) for device in devices[-1:]]
    for context in opened:
        assert find_drawing_error(context) is None
        context.release()


def test_a_program_that_does_not_compile_leaves_no_error_behind(context: Context) -> None:
    with pytest.raises(CompileError, match="nothing"):
        context.program(FULLSCREEN_VERTEX, "#version 330 core\nvoid main() { nothing; }")
    context.check("the program")


@pytest.mark.fault("G13")
def test_too_large_a_texture_is_refused(context: Context) -> None:
    with pytest.raises(GlError, match="at most"):
        RenderTarget(context, (context.max_texture_size + 1, 1))


def test_an_error_of_opengl_is_raised_once(context: Context) -> None:
    render_target = RenderTarget(context, (4, 4))
    render_target._context._gl.enable_direct(0x1234)
    with pytest.raises(GlError, match="GL_INVALID_ENUM after the test"):
        context.check("the test")
    context.check("the test")


def test_contexts_are_created_and_released() -> None:
    for _ in range(3):
        with Context() as context:
            assert find_drawing_error(context) is None


def test_a_context_that_ends_leaves_the_earlier_one_usable() -> None:
    with Context() as first:
        before = first.texture((1, 1), data=bytes([1, 2, 3, 4]))
        with Context() as second:
            assert second.texture((1, 1), data=bytes(4)).read() == bytes(4)
        assert before.read() == bytes([1, 2, 3, 4])
        assert first.texture((1, 1), data=bytes([5] * 4)).read() == bytes([5] * 4)
