"""Signed links: none that this server did not make is valid."""

import time

from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from server.access.signed_links import LinkSigner
from server.errors import ToqiboxError
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

SECRETS = (b"a" * 32, b"b" * 32)
SIGNER = LinkSigner(SECRETS, 3600)
STRANGER = LinkSigner((b"c" * 32,), 3600)
METHODS = st.sampled_from(["GET", "HEAD", "DELETE", "POST", "get", ""])
PATHS = st.sampled_from(["/download/A", "/download/B", "/export/A/events", "/"]) | st.text(
    max_size=9
)
EXPIRIES = st.integers(0, 10**12 - 1) | st.integers(-5, 5).map(
    lambda delta: int(time.time()) + delta
)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["expires", "signature", "Expires", "x"]),
        texts_of("A", "_", "-", "=", "1", "4102444800", max_tokens=50),
    ),
    max_size=4,
)


def _pairs(signer: LinkSigner, method: str, path: str, expires: int) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in signer.sign(method, path, expires).split("&"))


def _is_valid(method: str, path: str, query: MultiDict[str]) -> bool:
    try:
        SIGNER.verify(method, path, query)
    except ToqiboxError as error:
        assert error.code == "unauthenticated"
        return False
    return True


@short
@given(METHODS, PATHS, QUERIES)
def test_an_invented_link_is_refused(method: str, path: str, pairs: list[tuple[str, str]]) -> None:
    assert not _is_valid(method, path, MultiDict(pairs))


@short
@given(METHODS, PATHS, EXPIRIES, METHODS, PATHS, EXPIRIES)
def test_a_link_is_valid_for_what_it_was_made_for(
    method: str, path: str, expires: int, other_method: str, other_path: str, other_expires: int
) -> None:
    link = _pairs(SIGNER, method, path, expires)
    assert not _is_valid(method, path, MultiDict(_pairs(STRANGER, method, path, expires)))
    now = time.time()
    if _is_valid(method, path, MultiDict(link)):
        assert expires > now - 1
        assert method != "HEAD"  # a link of GET is valid for it, and none is made for it alone
    changed = MultiDict({**link, "expires": str(other_expires)})
    if _is_valid(other_method, other_path, changed):
        allowed = {method, "HEAD"} if method == "GET" else {method}
        assert other_method in allowed
        assert (other_path, other_expires) == (path, expires)


@short
@given(EXPIRIES, st.integers(0, 60), st.integers(0, 3), st.text(max_size=2))
def test_an_edited_link_is_refused(expires: int, place: int, removed: int, added: str) -> None:
    link = _pairs(SIGNER, "GET", "/download/A", expires)
    signature = link["signature"]
    at = place % (len(signature) + 1)
    edited = signature[:at] + added + signature[at + removed :]
    query = MultiDict({**link, "signature": edited})
    assert edited == signature or not _is_valid("GET", "/download/A", query)
