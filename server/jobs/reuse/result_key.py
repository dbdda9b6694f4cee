"""The key of a result: equal for jobs whose videos may be the same file."""

import hashlib
import json
from typing import Any

from server import __version__
from server.jobs.model.spec import Spec
from server.jobs.storage.data_folder import FEATURES_VERSION

DESCRIPTIVE = ("start", "duration", "highlight", "preset", "warnings")
"""Fields of a Spec that say how a request was written.

The samples and the number of frames determine what they select of the track, and the chain what a
preset draws: requests that differ in them alone have the same video.
"""


def result_key(spec: Spec, plan: str, fingerprint: str, encoder: str) -> str:
    """Return the SHA-256 of everything that determines a video, as hexadecimal digits.

    A video also depends on its division into segments and the threads of its encoder, which depend
    on the load of the machine: any division is a valid result.

    Args:
        spec: content of all inputs, params and texts; its DESCRIPTIVE fields do not count.
        plan: of the job.
        fingerprint: of the machine, as MachineProbe has it.
        encoder: name of the encoder.
    """
    values = json.loads(spec.to_json())
    determining = {name: value for name, value in values.items() if name not in DESCRIPTIVE}
    versions = [__version__, FEATURES_VERSION]
    parts = [versions, _normalize(determining), plan, fingerprint, encoder]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _normalize(value: Any) -> Any:
    """Return a JSON value in which equal numbers have one form: 1.0, 1e0 and 1 are 1."""
    if isinstance(value, dict):
        return {name: _normalize(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_normalize(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
