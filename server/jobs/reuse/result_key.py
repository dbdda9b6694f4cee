"""The key of a result: equal for jobs whose videos may be the same file."""

import hashlib
import json

from server import __version__
from server.jobs.model.spec import Spec


def result_key(spec: Spec, plan: str, fingerprint: str, encoder: str) -> str:
    """Return the SHA-256 of everything that determines a video, as hexadecimal digits.

    A video also depends on its division into segments and the threads of its encoder, which depend
    on the load of the machine: any division is a valid result.

    Args:
        spec: content of all inputs, params and texts.
        plan: of the job.
        fingerprint: of the machine, as MachineProbe has it.
        encoder: name of the encoder.
    """
    parts = [__version__, json.loads(spec.to_json()), plan, fingerprint, encoder]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
