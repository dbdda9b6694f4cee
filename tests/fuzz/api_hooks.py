"""Hooks of Schemathesis: half of the requests name what exists and send files that can be decoded.

The environment variable FUZZ_CONTENT has ids and paths of files: see `api.py`.
"""

import itertools
import json
import os
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

_CONTENT = json.loads(os.environ["FUZZ_CONTENT"])
_IDS: dict[str, str] = _CONTENT["ids"]
_FILES = {name: Path(path).read_bytes() for name, path in _CONTENT["files"].items()}
_PARAMS = st.sampled_from(["{}", '{"x": 1}', "[]", '{"size": {"bind": "kick"}}', "{", "\\ud800"])
_CHAINS = st.sampled_from(["plain", "breathe", '[{"id": "plain"}]', "[]", "none", '[{"id": 1}]'])
_RENDERED: dict[str, st.SearchStrategy[Any]] = {
    "audio": st.just(_FILES["audio"]) | st.binary(max_size=99),
    "photo": st.just(_FILES["photo"]) | st.binary(max_size=99),
    "photo2": st.just(_FILES["photo"]),
    "effect": _CHAINS,
    "params": _PARAMS,
    "duration": st.sampled_from(["0.1", "1", "1.5", "-1", "", "1e3"]),
    "trackId": st.just(_IDS["trackId"]),
    "images": st.sampled_from([json.dumps({"photo": _IDS["photoId"]}), "{}", "[1]"]),
    "webhook": st.sampled_from(["https://hooks.example/a", "http://127.0.0.1/"]),
}
_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "/export": _RENDERED,
    "/preview": {name: field for name, field in _RENDERED.items() if name != "webhook"},
    "/tracks": {"audio": _RENDERED["audio"]},
    "/photos": {"photo": _RENDERED["photo"]},
}
"""Likely content of the fields of each form."""


_REQUESTS = itertools.count()


def _known_path(path_parameters: Any) -> Any:
    if not isinstance(path_parameters, dict):
        return path_parameters
    return {**path_parameters, **{name: _IDS[name] for name in path_parameters if name in _IDS}}


@schemathesis.hook  # type: ignore[untyped-decorator]  # it is not always installed
def before_generate_path_parameters(
    _context: Any, strategy: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    return strategy | strategy.map(_known_path)


@schemathesis.hook  # type: ignore[untyped-decorator]  # it is not always installed
def before_generate_body(context: Any, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = _FIELDS.get(context.operation.path)
    if fields is None:
        return strategy
    content = st.fixed_dictionaries({}, optional=fields)
    filled = st.builds(
        lambda body, known: {**body, **known} if isinstance(body, dict) else body,
        strategy,
        content,
    )
    return content | filled | strategy


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Let each request come from another address."""
    count = next(_REQUESTS)
    case.headers["X-Forwarded-For"] = f"198.{18 + (count >> 16)}.{count >> 8 & 255}.{count & 255}"


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    """Describe an event stream by its events, as OpenAPI 3.2 does: each of them is checked."""
    stream = raw_schema["paths"]["/export/{jobId}/events"]["get"]["responses"]["200"]["content"]
    event = {"event": {"type": "string"}, "id": {"pattern": "^[0-9]+$"}}
    event |= {"data": stream["text/event-stream"]["schema"], "retry": {}}
    stream["text/event-stream"]["schema"] = {"type": "object", "properties": event}
