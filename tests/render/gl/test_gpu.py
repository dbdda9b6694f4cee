from dataclasses import replace

import pytest

from server.render.gl.context import GlError
from server.render.gl.devices import Device, device_of_gpu, list_devices
from server.render.gl.gpu import open_context

FIRST, SECOND = (Device(index, "NVIDIA L4", software=False) for index in (0, 1))
SOFTWARE = Device(2, "software", software=True)


def test_a_gpu_is_selected_by_its_cuda_index_in_any_order_of_egl() -> None:
    devices = [replace(FIRST, cuda_index=1), replace(SECOND, cuda_index=0), SOFTWARE]
    assert device_of_gpu(devices, 0) == devices[1]
    assert device_of_gpu(devices, 1) == devices[0]
    assert device_of_gpu(devices, 2) is None


def test_without_cuda_a_gpu_has_egls_index() -> None:
    assert device_of_gpu([FIRST, SECOND], 1) == SECOND
    assert device_of_gpu([FIRST, SECOND], 2) is None


def test_a_context_opens_on_a_gpu() -> None:
    device = next(device for device in list_devices() if device_of_gpu(list_devices(), 0) == device)
    with open_context(None, 0) as context:
        assert context.software == device.software


def test_a_gpu_that_does_not_exist_has_no_context() -> None:
    with pytest.raises(GlError, match="GPU 63 does not exist"):
        open_context(None, 63)
