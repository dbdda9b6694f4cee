"""Signed links: valid for one method, one path and until their expiry, and as they were made."""

import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from server.access.signed_links import LinkSigner
from server.access.signing_secrets import SigningSecretsError, load_secrets
from server.config import Config
from server.errors import ToqiboxError

PATH = "/download/AAAAAAAAAAAAAAAAAAAAAA"
SECRETS = (b"a" * 32, b"b" * 32)
SIGNER = LinkSigner(SECRETS, 3600)
EXPIRES = 4_102_444_800
"""The year 2100: a link of the module is valid however long the tests take."""
LINK = SIGNER.sign("GET", PATH, EXPIRES)


def _query(text: str) -> MultiDict[str]:
    return MultiDict(parse_qsl(text, keep_blank_values=True))


def _refuse(signer: LinkSigner, query: str, method: str = "GET", path: str = PATH) -> str:
    with pytest.raises(ToqiboxError) as refused:
        signer.verify(method, path, _query(query))
    assert refused.value.code == "unauthenticated"
    return str(refused.value)


@pytest.mark.fault("E08")
def test_a_link_is_valid_for_get_and_head() -> None:
    SIGNER.verify("GET", PATH, _query(LINK))
    SIGNER.verify("HEAD", PATH, _query(LINK))
    assert "changed" in _refuse(SIGNER, LINK, "DELETE")
    assert "changed" in _refuse(SIGNER, LINK, path=PATH + "/poster.jpg")


@pytest.mark.fault("E08")
@pytest.mark.parametrize(
    "changed",
    [
        LINK.replace(str(EXPIRES), str(EXPIRES + 1)),
        LINK.replace("expires=", "expires=0"),
        LINK[:-1],
        LINK + "=",
        LINK + "&x=1",
        LINK + "&" + LINK,
        LINK.swapcase().replace("EXPIRES", "expires").replace("SIGNATURE", "signature"),
        f"expires={EXPIRES}",
        f"expires={EXPIRES}&signature=",
        "expires=-1&signature=" + "A" * 43,
        "expires=١٢٣&signature=" + "A" * 43,
    ],
    ids=lambda _changed: "link",  # the links themselves differ between processes
)
def test_a_changed_link_is_refused(changed: str) -> None:
    _refuse(SIGNER, changed)


@pytest.mark.fault("E08", "K04")
def test_an_expired_link_is_refused_as_such() -> None:
    assert "expired" in _refuse(SIGNER, SIGNER.sign("GET", PATH, int(time.time())))


@pytest.mark.fault("E10")
def test_secrets_are_rotated_without_an_interruption() -> None:
    old, both, new = (
        LinkSigner(secrets, 60) for secrets in (SECRETS[:1], SECRETS[::-1], SECRETS[1:])
    )
    link = old.sign("GET", PATH, EXPIRES)
    both.verify("GET", PATH, _query(link))
    new.verify("GET", PATH, _query(both.sign("GET", PATH, EXPIRES)))
    _refuse(new, link)


def test_a_link_ends_with_the_file_and_seldom_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_700_000_000.0
    monkeypatch.setattr("server.access.signed_links.time.time", lambda: now)
    assert SIGNER.expiry(int(now * 1000) + 5_500) == now + 6
    ends = set()
    for now in range(1_700_000_000, 1_700_000_900, 10):
        end = SIGNER.expiry(None)
        assert 3600 <= end - now < 3600 * 9 / 8
        ends.add(end)
    assert len(ends) <= 3


@given(
    st.sampled_from(["GET", "HEAD", "DELETE"]),
    st.text(max_size=30),
    st.lists(st.tuples(st.sampled_from(["expires", "signature", "x"]), st.text(max_size=50))),
)
def test_no_other_query_is_valid(method: str, path: str, pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ToqiboxError):
        SIGNER.verify(method, path, MultiDict(pairs))


@pytest.mark.fault("E08")
@given(st.integers(0, 42), st.characters(codec="ascii"))
def test_a_link_with_a_changed_character_is_refused(at: int, character: str) -> None:
    head, signature = LINK[:-43], LINK[-43:]
    changed = signature[:at] + character + signature[at + 1 :]
    query = MultiDict({**_query(head), "signature": changed})
    if changed == signature:
        SIGNER.verify("GET", PATH, query)
    else:
        with pytest.raises(ToqiboxError):
            SIGNER.verify("GET", PATH, query)


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    secrets = load_secrets(config)
    assert load_secrets(config) == secrets
    assert (tmp_path / "link_secrets").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["link_secrets"]


@pytest.mark.parametrize("content", ["", "short", "a" * 31, "\n".join(["a" * 32] * 5), "é" * 40])
def test_invalid_secrets_are_refused_without_being_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets").write_text(content)
    with pytest.raises(SigningSecretsError, match="32 to 1000") as refused:
        load_secrets(Config(data_dir=tmp_path, link_secrets_file=tmp_path / "secrets"))
    assert not content or content not in str(refused.value)


def test_a_file_of_the_operator_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(SigningSecretsError, match="No such file"):
        load_secrets(Config(data_dir=tmp_path, link_secrets_file=tmp_path / "secrets"))
