"""Validation with real compilers: once for all requests, never for external failures."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Config
from server.effects.library.library import BUILT_IN, Library
from server.errors import ToqiboxError
from server.jobs.execution.machine import MachineProbe
from server.jobs.model import validation_result
from server.jobs.model.effect_source import EffectSource
from server.jobs.model.validation_result import ValidationResult
from server.jobs.store.store import Store
from server.jobs.validation import cache as cache_module
from server.jobs.validation import validator as validator_module
from server.jobs.validation.cache import ValidationCache
from server.jobs.validation.validator import EffectValidator
from server.protocol.results.machine import ProbeReport

GOOD = '/*{"ISFVSN": "2", "INPUTS": []}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n'
BLANK = GOOD.replace("vec4(1.0)", "vec4(0.0)")
WRONG = GOOD.replace("vec4(1.0)", "\n  vec4(speed)")
HANGS = GOOD.replace(
    "void main() { gl_FragColor = ",
    "#define S x = sin(x * 1.7 + 0.1);\n#define T S S S S S S S S S S S S S S S S S S S S\n"
    "void main() { float x = 0.1; for (int i = 0; i < 60000; i++) { T T T T T T T T T T }\n"
    "gl_FragColor = x * ",
)
"""It compiles, and its first frame takes a minute of processor time."""


class Counting(EffectValidator):
    """Validator that counts its validations."""

    count = 0

    async def validate(self, source: EffectSource) -> ValidationResult | None:
        self.count += 1
        return await super().validate(source)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ProbeReport:
    """Report of this machine, probed once."""
    machine = MachineProbe(Config(), tmp_path_factory.mktemp("probe") / "scratch")

    async def probe() -> None:
        await machine.probe()

    asyncio.run(probe())
    assert machine.report is not None
    return machine.report


class Bench:
    """Validation cache over a folder of effects, as in a server."""

    def __init__(self, folder: Path, report: ProbeReport) -> None:
        self.shaders = folder / "shaders"
        self.shaders.mkdir(exist_ok=True)
        self.machine = MachineProbe(Config(), folder / "scratch")
        self.machine.report = report
        self.store = Store(folder / "jobs.db")
        self.validator = Counting(Config(), self.machine)
        library = Library((self.shaders,))
        self.validations = ValidationCache(self.store, self.machine, library, self.validator)

    def write(self, name: str, text: str) -> None:
        (self.shaders / f"{name}.fs").write_text(text)

    async def ask(self, name: str) -> str:
        """Request an effect; return ``ok`` or the error code."""
        try:
            await self.validations.require_valid(self.validations.source(name), share="")
        except ToqiboxError as error:
            return error.code
        return "ok"

    async def close(self) -> None:
        await self.validations.stop()
        self.store.close()


@pytest.fixture
async def bench(tmp_path: Path, report: ProbeReport) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, report)
    yield bench
    await bench.close()


async def test_a_built_in_effect_is_valid_without_a_result(bench: Bench) -> None:
    library = Library((bench.shaders, BUILT_IN))
    bench.validations.library = library
    assert await bench.ask("bw") == "ok"
    assert bench.validator.count == 0
    bench.write("bw", WRONG)
    library.refresh()
    assert await bench.ask("bw") == "shader_compile_failed"
    assert bench.validator.count == 1


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what it waits for is in other processes
            await asyncio.sleep(0.02)


async def until_saved(bench: "Bench", count: int) -> None:
    async with asyncio.timeout(30):
        while len(await bench.store.validations.load()) != count:  # noqa: ASYNC110 - another task
            await asyncio.sleep(0.02)


def children() -> list[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in text.split()]


@pytest.mark.slow
async def test_concurrent_requests_share_one_validation_and_its_result_is_stored(
    bench: Bench, tmp_path: Path, report: ProbeReport
) -> None:
    bench.write("wrong", WRONG)
    codes = await asyncio.gather(*[bench.ask("wrong") for _ in range(3)])
    assert codes == ["shader_compile_failed"] * 3
    usable, broken = bench.validations.offered()
    assert usable == []
    assert (broken[0].file, broken[0].diagnostics[0]["line"]) == ("wrong.fs", 3)
    with pytest.raises(ToqiboxError, match="does not compile"):
        bench.validations.effect("wrong")
    await bench.close()
    again = Bench(tmp_path, report)
    await again.validations.load()
    assert await again.ask("wrong") == "shader_compile_failed"
    assert (bench.validator.count, again.validator.count) == (1, 0)
    again.machine.report = replace(report, gl=replace(report.gl, version="another"))
    assert again.validations.effect("wrong").id == "wrong"
    await again.close()


async def test_the_library_is_validated_while_the_server_is_idle(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_SCAN_INTERVAL_S", 0.02)
    monkeypatch.setattr(cache_module, "_IDLE_S", 0.1)
    busy = True
    bench.write("a", GOOD)
    bench.write("b", "no effect at all")
    bench.validations.watch(lambda: busy)
    await asyncio.sleep(0.3)
    assert bench.validator.count == 0
    busy = False
    await until_saved(bench, 1)
    bench.write("a", BLANK)
    await until_saved(bench, 2)
    assert sorted(result.blank for result in (await bench.store.validations.load()).values()) == [
        False,
        True,
    ]
    await asyncio.sleep(0.2)
    assert bench.validator.count == 2
    assert await bench.ask("a") == "ok"


async def test_a_shader_that_hangs_is_rejected_at_its_limit(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation_result, "CPU_S", 1)
    bench.write("hangs", HANGS)
    assert await bench.ask("hangs") == "shader_rejected"
    assert children() == []
    usable, broken = bench.validations.offered()
    assert (usable, broken[0].id) == ([], "hangs")


@pytest.mark.fault("G01")
async def test_an_endless_loop_is_refused_at_its_line(
    bench: Bench,
) -> None:
    loop = "float q = 1.0;\n  while (true) { q += 1.0; if (q < 0.0) break; }\n  gl_FragColor = q *"
    bench.write("endless", GOOD.replace("gl_FragColor =", loop))
    assert await bench.ask("endless") == "shader_rejected"
    usable, broken = bench.validations.offered()
    assert (usable, broken[0].diagnostics[0]["line"]) == ([], 3)
    with pytest.raises(ToqiboxError) as caught:
        bench.validations.effect("endless")
    assert "does not end" in (caught.value.diagnostics or [])[0]["message"]


@pytest.mark.slow
@pytest.mark.fault("G12")
async def test_more_varyings_than_the_driver_has_are_refused(bench: Bench) -> None:
    """Some compilers refuse them, others crash."""
    names = [f"v{number}" for number in range(300)]
    declared = "".join(f"varying vec4 {name};\n" for name in names)
    written = "".join(f"{name} = vec4(isf_FragNormCoord.x);\n" for name in names)
    vertex = f"{declared}void main() {{ isf_vertShaderInit(); {written} }}\n"
    (bench.shaders / "many.vs").write_text(vertex)
    main = f"{declared}void main() {{ gl_FragColor = {' + '.join(names)}; }}\n"
    bench.write("many", f"{GOOD.splitlines()[0]}\n{main}")
    bench.write("good", GOOD)
    assert await bench.ask("many") in ("shader_rejected", "shader_compile_failed")
    assert children() == []
    assert await bench.ask("good") == "ok"


async def test_an_external_kill_is_inconclusive(bench: Bench) -> None:
    bench.write("hangs", HANGS)
    asking = asyncio.create_task(bench.ask("hangs"))
    killed: set[int] = set()
    while not asking.done():
        for pid in set(children()) - killed:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.02)
    assert await asking == "not_ready"
    assert len(killed) == 2
    assert await bench.store.validations.load() == {}


async def _crash() -> None:
    """Let the next process of a validation crash."""
    await until(children)
    (crashed,) = children()
    os.kill(crashed, signal.SIGSEGV)
    await until(lambda: crashed not in children())


async def test_a_crash_is_tried_again(bench: Bench) -> None:
    bench.write("good", GOOD)
    asking = asyncio.create_task(bench.ask("good"))
    await _crash()
    assert await asking == "ok"


async def test_two_crashes_are_the_fault_of_the_effect(bench: Bench) -> None:
    bench.write("good", GOOD)
    asking = asyncio.create_task(bench.ask("good"))
    await _crash()
    await _crash()
    assert await asking == "shader_rejected"


async def test_the_end_of_the_server_is_inconclusive(bench: Bench) -> None:
    bench.write("hangs", HANGS)
    asking = asyncio.create_task(bench.ask("hangs"))
    await until(children)
    await bench.validations.stop()
    assert await asking == "draining"
    assert children() == []
    assert await bench.store.validations.load() == {}


@pytest.mark.slow
async def test_a_changed_machine_is_inconclusive(bench: Bench) -> None:
    assert bench.machine.report is not None
    gl = replace(bench.machine.gl, renderer="another renderer")
    bench.machine.report = replace(bench.machine.report, gl=gl)
    bench.write("good", GOOD)
    assert await bench.ask("good") == "not_ready"
    assert bench.machine.renderer != "another renderer"  # it has been looked at again
    assert await bench.store.validations.load() == {}


@pytest.mark.fault("J13")
async def test_timeouts_of_a_busy_machine_are_inconclusive(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validator_module, "_wall_s", lambda *, software: 0.2)
    bench.write("slow", HANGS.replace("60000", "30000"))
    for _ in range(3):
        assert await bench.ask("slow") == "not_ready"
    assert bench.validator.count == 3
    usable, broken = bench.validations.offered()
    assert ([effect.id for effect in usable], broken) == (["slow"], [])
