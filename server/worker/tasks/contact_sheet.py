"""The sheet task: composes images into a contact sheet."""

from server.media.contact_sheet import Cell, compose
from server.protocol.progress import ProgressReporter, Result
from server.protocol.tasks import ComposeSheet


def run(task: ComposeSheet, progress: ProgressReporter) -> Result:
    """Write the sheet; the result is empty.

    Raises:
        ToqiboxError: storage_full.
    """
    progress.stage("sheet")
    cells = [Cell(cell.label, cell.picture) for cell in task.cells]
    compose(cells, task.columns, task.size, task.out)
    return {}
