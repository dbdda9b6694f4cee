"""Validation results from the end of a compile task."""

import pytest

from server.effects.source.diagnostic import AuthorFile
from server.errors import ToqiboxError
from server.jobs.execution.worker_process import TaskError
from server.jobs.model.validation_result import ValidationResult, from_task_error
from server.protocol.wire.events import Failed

AUTHOR = AuthorFile(
    "a", "a.fs", "\nconst int N = 9000;\nfloat big[N];\nvoid main() { while (big[1] < 2.0) {} }"
)
DIAGNOSTICS = [
    {"file": "a.fs", "line": 3, "column": 1, "severity": "error", "message": "no", "source": ""}
]


def crash(detail: str) -> TaskError:
    return TaskError("worker_crashed", detail)


@pytest.mark.parametrize(
    ("error", "text", "line"),
    [
        (crash("signal SIGSEGV. Fatal Python error"), "crashes the renderer", 3),
        (crash("signal SIGABRT. "), "crashes the renderer", 3),
        (crash("exit status 1. LLVM ERROR"), "crashes the renderer", 3),
        (crash("signal SIGXCPU. "), "10 s of processor time", 4),
        (TaskError("internal", "Traceback …\nMemoryError\n", Failed(code="internal")), "memory", 3),
    ],
)
def test_a_crash_of_its_process_is_a_diagnostic_of_the_shader(
    error: TaskError, text: str, line: int
) -> None:
    result = from_task_error(error, AUTHOR, software=True)
    assert result is not None
    assert (result.code, result.detail) == ("shader_rejected", error.detail)
    assert (result.diagnostics[0]["file"], result.diagnostics[0]["line"]) == ("a.fs", line)
    assert text in result.diagnostics[0]["message"]
    likely = "the array “big” of 9,000 elements" if line == 3 else "the longest loop, in this line"
    assert result.diagnostics[0]["message"].endswith(f"; the likely cause is {likely}")


@pytest.mark.parametrize(
    "error",
    [
        crash("signal SIGKILL. "),
        crash("it could not be started: [Errno 12] Cannot allocate memory"),
        TaskError("internal", "Traceback …", Failed(code="internal")),
        TaskError("render_timeout", "over 20 s. "),
        TaskError("storage_full", "", Failed(code="storage_full")),
    ],
)
def test_external_failures_are_inconclusive(error: TaskError) -> None:
    assert from_task_error(error, AUTHOR, software=True) is None


def test_wall_time_counts_if_it_takes_no_cpu_time() -> None:
    late = TaskError("render_timeout", "over 20 s. ")
    result = from_task_error(late, AUTHOR, software=False)
    assert result is not None
    assert "more than 20 s" in result.diagnostics[0]["message"]


@pytest.mark.parametrize("code", ["shader_compile_failed", "shader_rejected"])
def test_the_result_of_a_task_has_its_diagnostics(code: str) -> None:
    result = from_task_error(
        TaskError(code, "", Failed(code=code, diagnostics=tuple(DIAGNOSTICS))),
        AUTHOR,
        software=True,
    )
    assert result == ValidationResult(code, tuple(DIAGNOSTICS))
    assert ValidationResult.from_json(result.to_json()) == result
    with pytest.raises(ToqiboxError) as caught:
        result.raise_if_invalid("a")
    assert (caught.value.code, caught.value.field) == (code, "effect")
    assert caught.value.diagnostics == DIAGNOSTICS


def test_a_valid_result_raises_nothing() -> None:
    ValidationResult(blank=True).raise_if_invalid("a")
