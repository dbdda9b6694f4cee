"""The digest of a form depends on its content alone."""

from hypothesis import given
from hypothesis import strategies as st

from server.http.uploads.form_digest import FormDigest

FORMS = st.dictionaries(st.text(max_size=4), st.binary(max_size=8), max_size=4)


def _digest(parts: list[tuple[str, bytes]], step: int = 1) -> FormDigest:
    digest = FormDigest()
    for name, content in parts:
        part = digest.begin(name)
        for at in range(0, len(content), step):
            part.update(content[at : at + step])
    return digest


@given(FORMS, FORMS)
def test_digests_are_equal_if_the_forms_are(one: dict[str, bytes], two: dict[str, bytes]) -> None:
    first = _digest([*one.items()])
    assert first.matches(_digest([*reversed(one.items())], step=3).hexdigest())
    assert first.matches(_digest([*two.items()]).hexdigest()) == (one == two)


def test_an_omitted_part_does_not_count() -> None:
    digest = _digest([("audio", b"x"), ("photo", b"")])
    digest.omit("photo")
    assert digest.matches(_digest([("audio", b"x")]).hexdigest())
