"""The uploads that go so that a new one fits."""

from dataclasses import dataclass

import pytest

from server.errors import ToqiboxError
from server.jobs.storage import upload_shares
from server.jobs.storage.upload_shares import Holder, choose_removals


@dataclass(frozen=True)
class Upload:
    name: str
    share: str
    kept_bytes: int
    used_at: float = 0.0
    owner: str = ""

    @property
    def holder(self) -> Holder:
        return Holder(self.share, self.owner)


def removed(uploads: list[Upload], share: str, size: int, limit: int = 100, owner: str = "") -> str:
    chosen = choose_removals(uploads, Holder(share, owner), size, limit)
    return "".join(upload.name for upload in chosen)


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
        choose_removals(others, Holder("z"), 45, 100)
    assert removed(others, "z", 40) == "a"


def test_a_flood_of_one_client_displaces_itself_alone() -> None:
    kept = [Upload("v", "victim", 40, 0)]
    for number in range(50):
        new = Upload(str(number), "flood", 7, 1 + number)
        gone = choose_removals(kept, Holder("flood"), 7, 100)
        kept = [upload for upload in kept if upload not in gone] + [new]
    assert kept[0].name == "v"
    assert [upload.name for upload in kept[1:]] == [str(number) for number in range(42, 50)]


def test_an_upload_that_grows_stays() -> None:
    growing = Upload("a", "x", 60, 0)
    uploads = [growing, Upload("b", "x", 20, 5), Upload("c", "y", 20, 1)]
    assert choose_removals(uploads, Holder("x"), 20, 100, growing) == [uploads[1]]
    with pytest.raises(ToqiboxError, match="UPLOADS_KEPT_MB"):
        choose_removals(uploads, Holder("x"), 50, 100, growing)


def test_a_share_has_a_number_of_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_shares, "MAX_OWN_UPLOADS", 3)
    uploads = [Upload(name, "x", 1, at) for at, name in enumerate("abc")]
    assert removed([*uploads, Upload("d", "y", 1)], "x", 1) == "a"
    assert removed(uploads, "y", 1) == ""


def test_all_have_a_number_of_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_shares, "MAX_UPLOADS", 4)
    flood = [Upload(name, "x", 1, at) for at, name in enumerate("abc", 1)]
    uploads = [Upload("d", "y", 90), *flood]
    assert removed(uploads, "z", 1) == "a", "the share with the most, not with the largest"
    assert removed(uploads, "x", 1) == "a"
    each = [Upload(name, name, 1, at) for at, name in enumerate("abcd")]
    assert removed(each, "z", 1) == "a"


def test_the_largest_holder_of_a_share_loses_one() -> None:
    uploads = [
        Upload("a", "x", 10, 0, "x.1"), Upload("b", "x", 10, 1, "x.2"),
        Upload("c", "x", 30, 3, "x.2"), Upload("d", "y", 40, 2, "y"),
    ]  # fmt: skip
    assert removed(uploads, "x", 20, owner="x.3") == "b"
    assert removed(uploads, "x", 30, owner="x.1") == "ab", "its own ones first"
    assert removed(uploads, "y", 10, owner="y") == ""
    assert removed(uploads, "z", 20) == "b"


def test_a_holder_without_another_upload_displaces_the_oldest_of_its_share() -> None:
    uploads = [Upload(name, "x", 10, at, f"x.{name}") for at, name in enumerate("abcdefghij")]
    assert removed(uploads, "x", 25, owner="x.new") == "abc"
    with pytest.raises(ToqiboxError, match="UPLOADS_KEPT_MB"):
        choose_removals(uploads, Holder("x", "x.new"), 101, 100)


def test_the_number_of_a_share_is_that_of_its_holders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_shares, "MAX_OWN_UPLOADS", 3)
    uploads = [
        Upload("a", "x", 1, 0, "1"),
        Upload("b", "x", 1, 1, "2"),
        Upload("c", "x", 1, 2, "2"),
    ]
    assert removed(uploads, "x", 1, owner="3") == "b"
    assert removed(uploads, "x", 1, owner="2") == "b"


def test_a_flood_of_one_holder_displaces_one_file_of_others() -> None:
    kept = [Upload(str(number), "x", 10, number, f"x.{number}") for number in range(10)]
    for number in range(50):
        new = Upload("new", "x", 10, 10 + number, "x.flood")
        gone = choose_removals(kept, new.holder, 10, 100)
        kept = [upload for upload in kept if upload not in gone] + [new]
    assert [upload.name for upload in kept] == [*map(str, range(1, 10)), "new"]
