"""Types that openapi-typescript makes of the document: a strict program compiles without a cast."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import client_types
from server.config import Config
from server.http.openapi.document import document
from server.http.server.routes import ROUTES

FOLDER = Path(__file__).parents[2] / "data" / "typescript"
MODULES = FOLDER / "node_modules"
SHIPPED = client_types.CLIENT / "toqibox.d.ts"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (MODULES / "typescript").is_dir(),
    reason="needs node and its packages: npm ci --prefix tests/data/typescript",
)


def _run(folder: Path, program: str, *arguments: str) -> None:
    command = ["node", str(MODULES / program), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_strict_front_ends_compile(tmp_path: Path) -> None:
    for name in ("client.ts", "walk.ts", "tsconfig.json"):
        shutil.copy(FOLDER / name, tmp_path)
    shutil.copy(SHIPPED, tmp_path)
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "openapi.json").write_text(json.dumps(document(Config(), ROUTES)))
    generator = "openapi-typescript/bin/cli.js"
    _run(tmp_path, generator, "openapi.json", "-o", "schema.d.ts")
    _run(tmp_path, "typescript/bin/tsc", "--project", ".")


@pytest.mark.slow
def test_the_types_of_the_client_are_those_of_the_document() -> None:
    written = SHIPPED.read_text("utf-8")
    assert written == client_types.generate(), "run make client-types"
