"""The task compose_sheet: composes images into a contact sheet."""

from server.media.contact_sheet import Cell, compose
from server.protocol.results.task_result import TaskResult
from server.protocol.tasks import ComposeSheet
from server.protocol.wire.progress import ProgressReporter


def run(task: ComposeSheet, progress: ProgressReporter) -> TaskResult:
    """Write the sheet.

    Raises:
        ToqiboxError: storage_full.
    """
    progress.stage("compose")
    cells = [Cell(cell.label, cell.image) for cell in task.cells]
    compose(cells, task.columns, task.size, task.out)
    return TaskResult()
