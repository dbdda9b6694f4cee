"""Effect sources: their identity, and the copies of their files in a job."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.effects.library.library import Library
from server.errors import ToqiboxError
from server.jobs.model.effect_source import (
    MAX_ASSET_BYTES,
    EffectSource,
    read_source,
    resolve_assets,
)
from server.jobs.storage.asset_copies import snapshot_assets
from server.protocol.codec import to_json
from server.protocol.scene import EffectInstance

WITH_IMAGE = """/*{"ISFVSN": "2", "INPUTS": [], "IMPORTED": {"leaf": {"PATH": "leaf.png"}}}*/
void main() { gl_FragColor = IMG_NORM_PIXEL(leaf, isf_FragNormCoord); }
"""


def of_folder(folder: Path) -> EffectSource:
    library = Library((folder,))
    return read_source(library.get("leaf"), library)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder with an effect and its image."""
    folder = tmp_path / "shaders"
    folder.mkdir()
    (folder / "leaf.fs").write_text(WITH_IMAGE)
    (folder / "leaf.png").write_bytes(b"green")
    return folder


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Empty folder of a job."""
    folder = tmp_path / "job"
    folder.mkdir()
    return folder


def test_the_key_changes_with_all_that_shapes_the_pixels(folder: Path) -> None:
    before = of_folder(folder)
    assert of_folder(folder).key == before.key
    keys = {
        before.key,
        replace(before, text=before.text + " ").key,
        replace(before, vertex="").key,
        replace(before, file="other.fs").key,
    }
    (folder / "leaf.png").write_bytes(b"brown leaf")
    assert len(keys | {of_folder(folder).key}) == 5


def test_images_are_stored_by_content_and_resolved(folder: Path, job: Path) -> None:
    source = of_folder(folder)
    snapshot_assets([source], job)
    stored = source.to_spec({"speed": 1.0})
    assert stored.files == {"leaf.png": Path(source.assets["leaf.png"].sha256)}
    resolved = resolve_assets(stored, job)
    assert resolved.files["leaf.png"].read_bytes() == b"green"
    assert resolved.files["leaf.png"].is_relative_to(job)
    assert source.with_local_paths.files["leaf.png"] == folder / "leaf.png"


def test_a_row_of_an_effect_without_files_has_none(job: Path) -> None:
    stored = EffectSource(id="a", file="a.fs", text="").to_spec({})
    assert to_json(stored) == {
        "id": "a",
        "file": "a.fs",
        "source": "",
        "vertex": None,
        "params": {},
    }
    assert resolve_assets(stored, job) == EffectInstance(id="a", file="a.fs", source="")
    snapshot_assets([EffectSource(id="a", file="a.fs", text="")], job)
    assert not list(job.iterdir())


@pytest.mark.parametrize("now", [b"brown", None])
def test_an_image_that_changed_since_its_validation_is_refused(
    folder: Path, job: Path, now: bytes | None
) -> None:
    source = of_folder(folder)
    (folder / "leaf.png").unlink()
    if now:
        (folder / "leaf.png").write_bytes(now)
    with pytest.raises(ToqiboxError) as caught:
        snapshot_assets([source], job)
    assert caught.value.code == "not_ready"


def test_images_have_a_limit_together(folder: Path) -> None:
    names = [f"leaf{n}.png" for n in range(4)]
    imported = ", ".join(f'"l{n}": {{"PATH": "{name}"}}' for n, name in enumerate(names))
    (folder / "leaf.fs").write_text(
        f'/*{{"ISFVSN": "2", "IMPORTED": {{{imported}}}}}*/\nvoid main() {{}}\n'
    )
    for name in names:
        with (folder / name).open("wb") as file:
            file.truncate(MAX_ASSET_BYTES // 4 + 1)
    with pytest.raises(ToqiboxError, match="not accepted") as caught:
        of_folder(folder)
    assert caught.value.diagnostics
    assert "64 MB together" in caught.value.diagnostics[0]["message"]
