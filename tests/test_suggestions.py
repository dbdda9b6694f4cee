import pytest

from server.suggestions import explain_unknown_key, suggest


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sped", "speed"), ("SPEED", "speed"), ("trackid", "trackId"), ("colour", ""), ("", "")],
)
def test_the_closest_name_is_suggested(name: str, meant: str) -> None:
    hint = f"; did you mean “{meant}”" if meant else ""
    assert str(suggest(name, ["speed", "trackId", "size"])) == hint


def test_a_long_name_is_compared_in_part() -> None:
    assert suggest("x" * 100_000, ["x" * 64]) != ""


def test_an_unknown_key_is_explained_with_the_known_ones() -> None:
    reason = explain_unknown_key("parms", iter(("id", "params")))
    assert str(reason) == "unknown key; must be one of id, params; did you mean “params”"
    assert str(explain_unknown_key(7, ())) == "unknown key; must be one of "
