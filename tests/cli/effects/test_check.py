"""The validation of many files in one worker, which may die."""

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.cli.effects import new
from server.cli.tasks import effect_loader
from server.cli.tasks.file_validation import ValidationOutcome
from server.cli.tasks.file_validator import FileValidator
from server.cli.tasks.task_limits import TaskLimits
from server.config import Config
from server.jobs.execution.worker_process import Timeouts, Worker
from server.protocol.tasks import CompileForBrowser

GOOD = '/*{"ISFVSN": "2"}*/\nvoid main() { gl_FragColor = vec4(1.0); }\n'


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.fs"
    file.write_text(GOOD)
    return file


@pytest.fixture
async def validator() -> AsyncIterator[FileValidator]:
    validator = FileValidator(TaskLimits())
    yield validator
    await validator.close()


async def test_a_file_is_not_rejected_if_a_used_worker_dies(
    validator: FileValidator, good: Path
) -> None:
    assert (await validator.validate(good)).outcome is ValidationOutcome.OK
    assert validator._worker is not None
    validator._worker.process.kill_group()
    assert (await validator.validate(good)).outcome is ValidationOutcome.OK


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(TaskLimits(cpu_s=0.01), "processor time"), (TaskLimits(memory_bytes=1), "memory")],
)
async def test_a_file_over_a_limit_is_rejected_and_the_next_is_validated(
    good: Path, limits: TaskLimits, reason: str
) -> None:
    validator = FileValidator(limits)
    try:
        for _ in range(2):
            validation = await validator.validate(good)
            assert validation.outcome is ValidationOutcome.REJECTED
            assert reason in validation.reason
    finally:
        await validator.close()


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A file created from each template."""
    monkeypatch.chdir(tmp_path)
    for like in new.TEMPLATES:
        options = argparse.Namespace(name=f"my-{like}", like=like, json=True)
        assert new.run(Config(), options) == 0
        assert new.run(Config(), options) == 1  # it is not replaced
    return sorted(tmp_path.iterdir())


async def test_every_template_draws(validator: FileValidator, templates: list[Path]) -> None:
    assert len(templates) == len(new.TEMPLATES)
    for file in templates:
        validation = await validator.validate(file, named=True)
        assert validation.outcome is ValidationOutcome.OK, validation
        effect = effect_loader.read(file).effect
        assert effect.title == f"My {file.stem.removeprefix('my-')}"
        assert (effect.credit, effect.license) == ("Your name", "MIT")
        assert effect.description


@pytest.mark.slow
async def test_an_effect_that_is_blank_with_its_defaults_has_a_warning(
    validator: FileValidator, tmp_path: Path
) -> None:
    file = tmp_path / "level.fs"
    header = '{"INPUTS": [{"NAME": "level", "TYPE": "float", "DEFAULT": 0}]}'
    file.write_text(f"/*{header}*/\nvoid main() {{ gl_FragColor = vec4(vec3(level), 1.0); }}\n")
    validation = await validator.validate(file)
    assert validation.outcome is ValidationOutcome.OK
    assert [entry["message"] for entry in validation.warnings] == [
        "the frames drawn are blank: every pixel is black, perhaps because the default of"
        " “level” is 0"
    ]
    later = "void main() { gl_FragColor = vec4(vec3(step(4.0, TIME)), 1.0); }\n"
    file.write_text(f'/*{{"ISFVSN": "2"}}*/\n{later}')
    validation = await validator.validate(file)
    assert (validation.outcome, validation.warnings) == (ValidationOutcome.OK, [])


async def test_errors_of_browsers_alone_are_warnings(
    validator: FileValidator, tmp_path: Path
) -> None:
    file = tmp_path / "shifted.fs"
    text = "void main() {\n    float part = 1;\n    gl_FragColor = vec4(part);\n}\n"
    file.write_text('/*{"ISFVSN": "2"}*/\n' + text)
    (tmp_path / "lib.glsl").write_text("float one() { return 1; }\n")
    included = tmp_path / "included.frag"
    main = "void main() { gl_FragColor = vec4(one()); }\n"
    included.write_text(f'\n#include "lib.glsl"\n{main}')
    for path, line, of in ((file, 3, file), (included, 1, tmp_path / "lib.glsl")):
        validation = await validator.validate(path)
        assert (validation.outcome, validation.browser) == (ValidationOutcome.OK, False)
        warning = next(
            entry for entry in validation.warnings if "browsers refuse it" in entry["message"]
        )
        place = (warning["file"], warning["line"], warning["severity"])
        assert place == (of.name, line, "warning")
    file.write_text(GOOD)
    validation = await validator.validate(file)
    assert (validation.browser, validation.warnings) == (True, [])


@pytest.mark.slow
async def test_shaders_of_other_players_compile_for_browsers() -> None:
    worker = await Worker.start("compile_effect")
    try:
        for path in sorted((Path(__file__).parents[2] / "data" / "features" / "players").iterdir()):
            task = CompileForBrowser(effect=effect_loader.read(path).to_instance())
            result = await worker.run(task, Timeouts(60, 60), lambda _event: None)
            assert result.diagnostics == (), path
    finally:
        await worker.kill()
