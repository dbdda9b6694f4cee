"""Cuts of kept tracks: what is found, what goes when, and what is left after a kill."""

import os
from pathlib import Path

import pytest

from server.access.principal import EVERYBODY
from server.errors import ToqiboxError
from server.jobs.storage.data_folder import FEATURES_VERSION, new_id
from server.jobs.storage.kept_cuts import MAX_CUTS, KeptCuts
from server.jobs.storage.kept_uploads import KeptUpload, KeptUploads
from tests.harness.track_cuts import CUT_ID, make_cut


@pytest.fixture
def uploads(tmp_path: Path) -> KeptUploads:
    return KeptUploads(tmp_path / "uploads", ttl_s=100, limit_bytes=30_000)


@pytest.fixture
def cuts(uploads: KeptUploads) -> KeptCuts:
    return KeptCuts(uploads)


def keep_track(
    uploads: KeptUploads, tmp_path: Path, size: int = 1000, share: str = ""
) -> KeptUpload:
    folder = tmp_path / new_id()
    folder.mkdir()
    (folder / "audio").write_bytes(bytes(size))
    return uploads.keep("track", folder, {"seconds": 10.0}, "", share)


def is_kept(uploads: KeptUploads, track: KeptUpload) -> bool:
    try:
        uploads.of(EVERYBODY).get("track", track.id)
    except ToqiboxError:
        return False
    return True


def id_of(number: int) -> str:
    return f"{number:064x}-v{FEATURES_VERSION}"


def test_a_cut_is_known_by_its_samples_and_by_its_id(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    track, other = keep_track(uploads, tmp_path), keep_track(uploads, tmp_path)
    kept = cuts.keep(track, make_cut(tmp_path / "made", samples=(0, 48_000)))
    assert not (tmp_path / "made").exists()
    again = KeptCuts(KeptUploads(tmp_path / "uploads", 100, 30_000))
    cut = again.find(track, (0, 48_000))
    assert cut is not None
    assert (cut.id, cut.loudest_s, cut.samples) == (CUT_ID, 0.5, 48_000)
    assert again.get(track, CUT_ID).folder == kept.folder
    assert again.find(track, (1, 48_000)) is None
    assert again.find(other, (0, 48_000)) is None
    with pytest.raises(ToqiboxError) as caught:
        again.get(other, CUT_ID)
    assert caught.value.code == "not_found"


def test_a_cut_with_features_of_another_version_is_made_again(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    track = keep_track(uploads, tmp_path)
    old = f"{7:064x}-v{FEATURES_VERSION - 1}"
    cuts.keep(track, make_cut(tmp_path / "old", old))
    assert cuts.find(track, (0, 48_000)) is None
    assert cuts.get(track, old).id == old  # a page that was drawn with it goes on
    cuts.keep(track, make_cut(tmp_path / "made"))
    assert (current := cuts.find(track, (0, 48_000))) is not None
    assert current.id == CUT_ID


def test_parts_with_equal_samples_are_one_cut(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    track = keep_track(uploads, tmp_path)
    for number in range(40):
        made = tmp_path / "made"
        cuts.keep(track, make_cut(made, samples=(number, 100)))
        if made.exists():
            for file in made.iterdir():
                file.unlink()
            made.rmdir()
    kept = cuts.get(track, CUT_ID)
    assert (39, 100) in kept.ranges
    assert len(kept.ranges) == 16


def test_a_track_keeps_its_last_cuts(uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path) -> None:
    track = keep_track(uploads, tmp_path)
    for number in range(MAX_CUTS):
        cut = cuts.keep(track, make_cut(tmp_path / "made", id_of(number), (number, 9)))
        at = cut.used_at - 50 + number
        os.utime(cut.folder / "cut.json", (at, at))
    assert cuts.find(track, (0, 9)) is not None  # the first one is used once more
    cuts.keep(track, make_cut(tmp_path / "made", id_of(99), (99, 9)))
    assert [bool(cuts.find(track, (number, 9))) for number in (0, 1, 2, 99)] == [
        *(True, False, True, True)
    ]


def test_a_use_of_a_cut_is_one_of_its_track(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    track = keep_track(uploads, tmp_path)
    cuts.keep(track, make_cut(tmp_path / "made"))
    about = track.path.with_name("about.json")
    os.utime(about, (track.used_at - 90, track.used_at - 90))
    cuts.get(track, CUT_ID)
    assert about.stat().st_mtime > track.used_at - 10


def test_a_cut_goes_with_its_track(uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path) -> None:
    track, late = keep_track(uploads, tmp_path), make_cut(tmp_path / "late", id_of(2), (5, 5))
    kept = cuts.keep(track, make_cut(tmp_path / "made"))
    uploads.of(EVERYBODY).remove("track", track.id)
    assert not kept.folder.exists()
    with pytest.raises(ToqiboxError, match="no longer kept"):
        cuts.keep(track, late)  # it was being made meanwhile
    assert not (tmp_path / "uploads" / track.id).exists()


def test_cuts_count_for_the_room_of_their_client(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    size = make_cut(tmp_path / "probe").bytes
    own, first = (keep_track(uploads, tmp_path, 9_000, share="a") for _ in range(2))
    other = keep_track(uploads, tmp_path, 30_000 - 18_000 - size + 1, share="b")
    cuts.keep(first, make_cut(tmp_path / "made"))
    assert [is_kept(uploads, track) for track in (own, first, other)] == [False, True, True]


def test_the_cuts_of_a_track_displace_each_other_before_those_of_another_client(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    size = make_cut(tmp_path / "probe").bytes
    track = keep_track(uploads, tmp_path, 16_000, share="a")
    other = keep_track(uploads, tmp_path, 14_000 - size - 10, share="b")
    cuts.keep(track, make_cut(tmp_path / "one", id_of(1), (1, 1)))
    cuts.keep(track, make_cut(tmp_path / "two", id_of(2), (2, 2)))
    assert [bool(cuts.find(track, (number, number))) for number in (1, 2)] == [False, True]
    assert is_kept(uploads, other)


def test_a_removal_that_was_cut_off_is_finished(
    uploads: KeptUploads, cuts: KeptCuts, tmp_path: Path
) -> None:
    track = keep_track(uploads, tmp_path)
    kept = cuts.keep(track, make_cut(tmp_path / "made"))
    (kept.folder / "cut.json").unlink()  # killed before the other files were removed
    assert cuts.find(track, (0, 48_000)) is None
    uploads.sweep()
    assert not kept.folder.exists()
    (kept.folder / "cut.json").parent.mkdir()
    again = cuts.keep(track, make_cut(tmp_path / "made"))
    assert again.path("sound.flac").exists()
