"""The uploads that go so that a new one fits."""

from dataclasses import dataclass

import pytest

from server.errors import ToqiboxError
from server.jobs.storage import upload_shares
from server.jobs.storage.upload_shares import choose_removals


@dataclass(frozen=True)
class Upload:
    name: str
    share: str
    kept_bytes: int
    used_at: float = 0.0


def removed(uploads: list[Upload], share: str, size: int, limit: int = 100) -> str:
    return "".join(upload.name for upload in choose_removals(uploads, share, size, limit))


def test_nothing_goes_while_there_is_room() -> None:
    assert removed([Upload("a", "x", 60)], "y", 40) == ""


def test_the_largest_share_loses_the_one_unused_for_the_longest_time() -> None:
    uploads = [
        Upload("a", "x", 20, 3), Upload("b", "x", 20, 2), Upload("c", "x", 20, 4),
        Upload("d", "y", 30, 1),
    ]  # fmt: skip
    assert removed(uploads, "z", 20) == "b"
    assert removed(uploads, "y", 25) == "b"
    assert removed(uploads, "x", 60) == "bac"


def test_a_share_never_displaces_a_smaller_one() -> None:
    others = [Upload("a", "x", 40), Upload("b", "y", 40)]
    with pytest.raises(ToqiboxError, match="UPLOADS_KEPT_MB"):
        choose_removals(others, "z", 45, 100)
    assert removed(others, "z", 40) == "a"


def test_a_flood_of_one_client_displaces_itself_alone() -> None:
    kept = [Upload("v", "victim", 40, 0)]
    for number in range(50):
        new = Upload(str(number), "flood", 7, 1 + number)
        gone = choose_removals(kept, "flood", 7, 100)
        kept = [upload for upload in kept if upload not in gone] + [new]
    assert kept[0].name == "v"
    assert [upload.name for upload in kept[1:]] == [str(number) for number in range(42, 50)]


def test_an_upload_that_grows_stays() -> None:
    growing = Upload("a", "x", 60, 0)
    uploads = [growing, Upload("b", "x", 20, 5), Upload("c", "y", 20, 1)]
    assert choose_removals(uploads, "x", 20, 100, growing) == [uploads[1]]
    with pytest.raises(ToqiboxError, match="UPLOADS_KEPT_MB"):
        choose_removals(uploads, "x", 50, 100, growing)


def test_a_client_has_a_number_of_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_shares, "MAX_UPLOADS", 3)
    uploads = [Upload(name, "x", 1, at) for at, name in enumerate("abc")]
    assert removed([*uploads, Upload("d", "y", 1)], "x", 1) == "a"
    assert removed(uploads, "y", 1) == ""
