"""Ids of jobs: their length and characters."""

import re

import pytest

from server.jobs.storage.data_folder import new_id


@pytest.mark.fault("E06")
def test_an_id_is_safe_in_a_url_and_on_a_command_line() -> None:
    ids = [new_id() for _ in range(2000)]  # one in 64 would begin with a hyphen
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", word) for word in ids)
