"""Base class of the results of tasks, in the event `Done`.

Some are kept in the job table, where a later version of the server reads them: a field that is
renamed keeps its old name as its key.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TaskResult:
    """Result of a task that only writes files."""
