"""Previews of effects whose source is in the request."""

import json
from dataclasses import replace
from typing import Any

from server.protocol.codec import from_json
from server.protocol.results.machine import ProbeReport
from tests.harness import validation_results
from tests.harness.limits import HANG_S
from tests.http.conftest import QUICK, Running
from tests.http.previews import SIZE, preview
from tests.http.wire import Response, exchange, part

LIMITS = replace(QUICK, field_bytes=262_144)
PLAIN = "void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, 1.0); }\n"


def source(text: str, **more: Any) -> bytes:
    """Return the field `effect` with a source."""
    return part("effect", json.dumps({"source": text, **more}))


async def with_real_machine(running: Running) -> Running:
    running.service.machine.report = from_json(ProbeReport, validation_results.machine_report())
    return running


async def ask(running: Running, *parts: bytes) -> Response:
    return await exchange(running.port, preview(*parts, *SIZE), wait_s=HANG_S)


def refusal(response: Response) -> tuple[int, str, str]:
    payload = response.json
    return response.status, payload["code"], payload["field"]
