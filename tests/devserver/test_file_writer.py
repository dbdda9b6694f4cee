"""Writing values into the watched file, and undoing it without loss."""

import stat
from pathlib import Path

import pytest

from server.cli.tasks.effect_loader import read
from server.devserver.file_writer import FileWriter, WriteConflict
from server.errors import ToqiboxError

TEXT = (
    '/*{"CREDIT": "é", "INPUTS": [{"NAME": "size", "TYPE": "float", "DEFAULT": 0.5}]}*/\r\n'
    "void main() {\tgl_FragColor = vec4(size); }"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_only_the_value_changes(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.fs"
    file.write_bytes(TEXT.encode(encoding))
    file.chmod(0o640)
    link = tmp_path / "link.fs"
    link.symlink_to(file)
    writer = FileWriter(link)
    edit = writer.write(read(link), {"size": 0.75})
    assert edit.written == ("size",)
    assert file.read_bytes() == TEXT.replace("0.5", "0.75").encode(encoding)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.fs", "link.fs"]
    writer.undo()
    assert file.read_bytes() == TEXT.encode(encoding)
    with pytest.raises(WriteConflict, match="nothing to undo"):
        writer.undo()


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "a.fs"
    file.write_text(TEXT)
    loaded, writer = read(file), FileWriter(file)
    writer.write(loaded, {"size": 0.75})
    with pytest.raises(WriteConflict, match="has changed in the meantime"):
        writer.write(loaded, {"size": 0.25})
    file.write_text("another")
    for act in (writer.undo, lambda: writer.write(loaded, {"size": 0.25})):
        with pytest.raises(WriteConflict, match="has changed in the meantime"):
            act()
    assert file.read_text() == "another"
    file.unlink()
    with pytest.raises(WriteConflict):
        writer.undo()
    assert list(tmp_path.iterdir()) == []


def test_values_that_the_effect_does_not_take_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.fs"
    file.write_text(TEXT)
    for values in ({"size": 2}, {"size": {"bind": "kik"}}, {"other": 1}):
        with pytest.raises(ToqiboxError):
            FileWriter(file).write(read(file), values)
    assert file.read_text() == TEXT.replace("\r\n", "\n")
