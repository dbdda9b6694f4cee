"""Judging many files in a row: who is to blame when a worker dies."""

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.cli import effects_options
from server.cli.effects import new
from server.cli.tasks import effect_source
from server.cli.tasks.judging import Judge
from server.cli.tasks.task_limits import Limits
from server.cli.tasks.verdict import Outcome
from server.config import Config
from server.jobs.execution.worker_process import Watch, Worker

GOOD = '/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n'


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.fs"
    file.write_text(GOOD)
    return file


@pytest.fixture
async def judge() -> AsyncIterator[Judge]:
    made = Judge(Limits())
    yield made
    await made.close()


async def test_a_file_is_not_blamed_for_the_end_of_a_used_worker(judge: Judge, good: Path) -> None:
    assert (await judge.judge(good)).outcome is Outcome.OK
    assert judge._worker is not None
    judge._worker.process.kill()
    assert (await judge.judge(good)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("limits", "told"),
    [(Limits(cpu_s=0.01), "processor time"), (Limits(memory_bytes=1), "memory")],
)
async def test_a_file_over_a_limit_is_rejected_and_the_next_is_judged(
    good: Path, limits: Limits, told: str
) -> None:
    judge = Judge(limits)
    try:
        for _ in range(2):
            verdict = await judge.judge(good)
            assert verdict.outcome is Outcome.REJECTED
            assert told in verdict.reason
    finally:
        await judge.close()


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A file made of each template."""
    monkeypatch.chdir(tmp_path)
    for like in effects_options.TEMPLATES:
        options = argparse.Namespace(name=f"my-{like}", like=like, json=True)
        assert new.run(Config(), options) == 0
        assert new.run(Config(), options) == 1  # it is not replaced
    return sorted(tmp_path.iterdir())


async def test_every_template_draws(judge: Judge, templates: list[Path]) -> None:
    assert len(templates) == len(effects_options.TEMPLATES)
    for file in templates:
        verdict = await judge.judge(file, named=True)
        assert verdict.outcome is Outcome.OK, verdict
        effect = effect_source.read(file).effect
        assert effect.title == f"My {file.stem.removeprefix('my-')}"
        assert (effect.credit, effect.license) == ("Your name", "MIT")
        assert effect.description


async def test_an_effect_that_shows_something_with_other_values_alone_is_warned_about(
    judge: Judge, tmp_path: Path
) -> None:
    file = tmp_path / "level.fs"
    header = '{"INPUTS": [{"NAME": "level", "TYPE": "float", "DEFAULT": 0}]}'
    file.write_text(f"/*{header}*/\nvoid main() {{ gl_FragColor = vec4(vec3(level), 1.0); }}\n")
    verdict = await judge.judge(file)
    assert verdict.outcome is Outcome.OK
    assert [entry["message"] for entry in verdict.warnings] == [
        "the frames drawn are blank: every pixel is black, perhaps because the default of"
        " “level” is 0"
    ]
    later = "void main() { gl_FragColor = vec4(vec3(step(4.0, TIME)), 1.0); }\n"
    file.write_text(f'/*{{"ISFVSN": "2"}}*/\n{later}')
    verdict = await judge.judge(file)
    assert (verdict.outcome, verdict.warnings) == (Outcome.OK, [])


async def test_what_browsers_alone_refuse_is_a_warning(judge: Judge, tmp_path: Path) -> None:
    file = tmp_path / "shifted.fs"
    text = "void main() {\n    float part = 1;\n    gl_FragColor = vec4(part);\n}\n"
    file.write_text('/*{"ISFVSN": "2"}*/\n' + text)
    (tmp_path / "lib.glsl").write_text("float one() { return 1; }\n")
    included = tmp_path / "included.frag"
    main = "void main() { gl_FragColor = vec4(one()); }\n"
    included.write_text(f'\n#include "lib.glsl"\n{main}')
    for path, line, of in ((file, 3, file), (included, 1, tmp_path / "lib.glsl")):
        verdict = await judge.judge(path)
        assert (verdict.outcome, verdict.browser) == (Outcome.OK, False)
        found = next(
            entry for entry in verdict.warnings if "browsers refuse it" in entry["message"]
        )
        place = (found["file"], found["line"], found["severity"])
        assert place == (of.name, line, "warning")
    file.write_text(GOOD)
    verdict = await judge.judge(file)
    assert (verdict.browser, verdict.warnings) == (True, [])


async def test_shaders_of_other_players_compile_for_browsers() -> None:
    worker = await Worker.start("compile")
    try:
        for path in sorted((Path(__file__).parents[1] / "data" / "features" / "players").iterdir()):
            task = {"task": "browser", "effects": [effect_source.read(path).row()]}
            result = await worker.run(task, Watch(60, 60), lambda _event: None)
            assert result["diagnostics"] == [], path
    finally:
        await worker.kill()
