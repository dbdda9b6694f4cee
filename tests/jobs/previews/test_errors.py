"""Errors of a preview whose worker has failed."""

import pytest

from server.jobs.execution.worker_process import TaskError
from server.jobs.previews.previews import _client_error as client_error


@pytest.mark.parametrize(
    ("code", "detail", "expected"),
    [
        ("worker_crashed", "signal SIGKILL. ", "not_ready"),  # by the kernel, as memory runs out
        ("worker_crashed", "signal SIGSEGV. ", "internal"),
        ("render_stalled", "silent for 30 s. ", "not_ready"),
        ("shader_compile_failed", "line 3", "shader_compile_failed"),
    ],
)
def test_a_worker_that_was_killed_can_be_tried_again(code: str, detail: str, expected: str) -> None:
    error = client_error(TaskError(code, detail))
    assert error.code == expected
    assert (error.spec.status == 503) == (expected == "not_ready")
