"""Generate server/web/client/toqibox.d.ts from the OpenAPI document: `make client-types`.

openapi-typescript makes the types of the API; those of the module, methods.d.ts, follow them. The
packages are those of tests/data/typescript, which scripts/setup.sh installs where npm is available.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import server
from server.config import Config
from server.http.openapi.document import document
from server.http.server.routes import ROUTES

CLIENT = Path(server.__file__).resolve().parent / "web" / "client"
MODULES = Path(__file__).resolve().parents[1] / "tests" / "data" / "typescript" / "node_modules"
_GENERATOR = "openapi-typescript/bin/cli.js"
_HEADER = """// The types of toqibox.js and of the API. `make client-types` writes this file.
// SHA-256 of the OpenAPI document: {digest}

"""
_TIMEOUT_S = 300


def header() -> str:
    """Return the first lines of the file, which name the document that it is made of."""
    return _HEADER.format(digest=hashlib.sha256(_contract()).hexdigest())


def _contract() -> bytes:
    return json.dumps(document(Config(), ROUTES)).encode()


def generate() -> str:
    """Return the declarations of the API with its default settings, and of the module.

    Raises:
        subprocess.CalledProcessError: the generator failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        contract, types = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        contract.write_bytes(_contract())
        command = ["node", str(MODULES / _GENERATOR), str(contract), "-o", str(types)]
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
        methods = (CLIENT / "methods.d.ts").read_text("utf-8")
        return f"{header()}{types.read_text('utf-8')}\n{methods}"


def main() -> int:
    """Write the file; return the exit status."""
    if not (MODULES / _GENERATOR).is_file():
        print("Packages are missing: run npm ci --prefix tests/data/typescript", file=sys.stderr)
        return 1
    (CLIENT / "toqibox.d.ts").write_text(generate(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
