import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.process import sandbox
from tests.harness.limits import HANG_S

ROOT = str(Path(__file__).parents[2])


def _output(code: str, limits: sandbox.Limits | None = None) -> str:
    argv = sandbox.command([sys.executable, "-c", code], limits)
    done = subprocess.run(
        argv, env=sandbox.environment(), capture_output=True, text=True, timeout=HANG_S, check=False
    )
    return done.stdout


@pytest.mark.fault("F13")
def test_the_environment_is_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFREPORT", "file=/tmp/x")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("EGL_PLATFORM", "surfaceless")
    names = _output("import os; print(*sorted(os.environ))").split()
    assert "FFREPORT" not in names
    assert "http_proxy" not in names
    assert "EGL_PLATFORM" in names


def test_shaders_are_cached_only_in_the_given_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cache(environment: dict[str, str]) -> list[str | None]:
        return [environment.get(name) for name in names]

    monkeypatch.delenv("MESA_SHADER_CACHE_DIR", raising=False)
    monkeypatch.delenv("MESA_SHADER_CACHE_MAX_SIZE", raising=False)
    names = ["MESA_SHADER_CACHE_DISABLE", "MESA_SHADER_CACHE_DIR", "MESA_SHADER_CACHE_MAX_SIZE"]
    names += ["__GL_SHADER_DISK_CACHE", "__GL_SHADER_DISK_CACHE_PATH"]
    assert cache(sandbox.environment()) == ["true", None, None, "0", None]
    assert cache(sandbox.environment(shaders=Path("/s"))) == ["false", "/s", "64M", "1", "/s"]
    monkeypatch.setenv("MESA_SHADER_CACHE_DIR", "")
    assert cache(sandbox.environment(shaders=Path("/s"))) == ["false", "/s", "64M", "1", "/s"]
    monkeypatch.setenv("MESA_SHADER_CACHE_DIR", "/kept")
    kept = ["false", "/kept", None, "1", "/kept"]
    assert cache(sandbox.environment(shaders=Path("/s"))) == kept
    monkeypatch.setenv("MESA_SHADER_CACHE_MAX_SIZE", "3G")
    assert cache(sandbox.environment())[2] == "3G"


def test_a_broken_pipe_may_end_a_child() -> None:
    argv = sandbox.command(["grep", "SigIgn", "/proc/self/status"])
    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN  # Python's own choice
    assert int(subprocess.check_output(argv).split()[1], 16) & 1 << signal.SIGPIPE - 1 == 0


def test_limits_hold() -> None:
    code = "import resource as r; print(r.getrlimit(r.RLIMIT_AS), r.getrlimit(r.RLIMIT_CORE))"
    limits = sandbox.Limits(memory_bytes=1 << 30, cpu_s=2, niceness=1)
    code += "; import os; print(os.nice(0))"
    assert _output(code, limits).split("\n")[:2] == [
        f"({1 << 30}, {1 << 30}) (0, 0)",
        str(min(os.nice(0) + 1, 19)),
    ]
    spin = sandbox.command([sys.executable, "-c", "while True: pass"], sandbox.Limits(cpu_s=1))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(spin, env=sandbox.environment(), timeout=HANG_S, check=False)
    assert done.returncode == -signal.SIGXCPU
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 3


@pytest.mark.fault("F14")
def test_no_descriptor_is_inherited(tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), False)
        listing = _output("import os; print(len(os.listdir('/proc/self/fd')))")
    assert int(listing) == 4  # three standard ones and the listing itself


@pytest.mark.fault("H04")
def test_a_child_process_ends_with_its_parent() -> None:
    """Kill the parent with SIGKILL; its sandboxed child must not outlive it."""
    code = f"""
import subprocess, sys
sys.path.insert(0, {ROOT!r})
from server.process import sandbox
child = subprocess.Popen(sandbox.command(["sleep", "60"]), env=sandbox.environment())
print(child.pid, flush=True)
child.wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        deadline = time.monotonic() + HANG_S
        while b"sleep" not in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[0]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        parent.kill()
        parent.wait()
    while Path(f"/proc/{child}").exists() and "Z" not in _state(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"


def test_a_title_is_passed_on_in_a_locale_that_lacks_its_letters() -> None:
    code = (
        "import subprocess, sys; from server.process import sandbox\n"
        "argv = ['printf', '%s', 'title=\\u041d \\U0001fa77']\n"
        "command = [sandbox.encode_argument(word) for word in sandbox.command(argv)]\n"
        "sys.stdout.buffer.write(subprocess.check_output(command))"
    )
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment = {**os.environ, **ascii_alone}
    passed = subprocess.check_output([sys.executable, "-c", code], env=environment)
    assert passed.decode() == "title=\u041d \U0001fa77"
