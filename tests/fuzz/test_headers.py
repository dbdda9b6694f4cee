"""The headers of a request: a documented value, the default or a documented error; no other."""

import re
from ipaddress import ip_address
from urllib.parse import unquote

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict

from server.config import Config
from server.errors import ToqiboxError
from server.http.handlers.exports.events import _last_event_id as last_event_id
from server.http.headers.accept_encoding import accepts_gzip
from server.http.headers.accept_language import LANGUAGES, preferred_language
from server.http.headers.authorization import bearer_credentials
from server.http.headers.client_address import client_address, network_of, proxy_request_id
from server.http.headers.content_disposition import content_disposition
from server.http.headers.idempotency_key import idempotency_key
from server.http.headers.ranges import (
    RangeNotSatisfiable,
    check_if_match,
    is_not_modified,
    requested_range,
)
from server.http.headers.trace_context import traceparent
from server.settings.readers import read_networks
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

PROXY = "10.0.0.1"
CONFIG = Config(trusted_proxies=read_networks("10.0.0.0/8,fd00::/8"))
ETAG = '"e"'
DIGITS = st.integers(0, 10**20).map(str) | st.sampled_from(["", "0", "９", "-1", " 1"])
RANGES = st.builds("bytes={}-{}".format, DIGITS, DIGITS) | texts_of(
    "bytes", "=", "-", ",", "0", "9"
)
TAGS = texts_of('"e"', "W/", ",", "*", '"', " ")
WEIGHTS = texts_of("en", "ru", "gzip", "*", ";q=", "0.5", ",", "-", "q", "=", "1.", "nan")
ADDRESSES = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map("[{}]".format),
    st.builds("{}:{}".format, st.ip_addresses(v=4), st.integers(0, 10**6)),
    st.sampled_from([PROXY, "::ffff:10.0.0.9", "fd00::1", "unknown", "", "fe80::1%eth0", "_x"]),
    st.text(max_size=6),
)
LABELS = st.text() | texts_of(
    *("\u202e", "\0", "/", "..", '"', "\\", "\r\n", "con", ".", "\U0001f468\u200d", "é", "%"),
    "\ud800",
    max_tokens=120,
)


def _request(peer: str, *headers: tuple[str, str]) -> web.Request:
    request = make_mocked_request("GET", "/", headers=CIMultiDict(headers))
    return request.clone(remote=peer)


@short
@given(RANGES | st.text(), st.integers(0, 2**40), TAGS | st.just(ETAG))
def test_a_range_is_within_the_file(text: str, size: int, if_range: str) -> None:
    try:
        part = requested_range({"Range": text, "If-Range": if_range}, size, ETAG)
    except RangeNotSatisfiable:
        return
    if part is not None:
        first, count = part
        assert 0 <= first < first + count <= size
        assert if_range.strip() == ETAG


@short
@given(TAGS | st.text())
def test_a_condition_holds_or_not(text: str) -> None:
    tags = {tag.strip() for tag in text.split(",")}
    assert is_not_modified({"If-None-Match": text}, ETAG) == bool(
        tags & {ETAG, f"W/{ETAG}", "*", "W/*"}
    )
    code = ""
    try:
        check_if_match({"If-Match": text}, ETAG)
    except ToqiboxError as error:
        code = error.code
    assert code == ("" if tags & {ETAG, "*"} else "precondition_failed")


@short
@given(LABELS, st.sampled_from([".mp4", ".jpg"]))
def test_a_file_name_is_safe(label: str, extension: str) -> None:
    header = content_disposition(label, "video", extension)
    match = re.fullmatch(r"attachment; filename=\"([^\"]*)\"; filename\*=UTF-8''(\S*)", header)
    assert match
    assert header.isascii()
    assert header.isprintable()
    for name in (match[1], unquote(match[2], errors="strict")):
        assert name.endswith(extension)
        assert len(name.encode()) <= 255
        assert not set(name) & set('/\\:*?"<>|\0\r\n')
        assert not name.startswith((".", "-", " "))
        assert len(name) > len(extension)


@short
@given(WEIGHTS | st.text())
def test_negotiation_chooses_what_the_server_has(text: str) -> None:
    assert preferred_language(text) in LANGUAGES
    if accepts_gzip(text):
        assert "gzip" in text.lower() or "*" in text


@short
@given(st.lists(ADDRESSES, max_size=40), st.sampled_from([PROXY, "192.0.2.1", "fd00::1", "", "x"]))
def test_only_a_proxy_says_who_the_client_is(hops: list[str], peer: str) -> None:
    forwarded = "X-Forwarded-For", ",".join(hops)
    identified = "X-Request-Id", hops[0] if hops else ""
    request = _request(peer, forwarded, identified)
    client, request_id = client_address(request, CONFIG), proxy_request_id(request, CONFIG)
    if peer in (PROXY, "fd00::1"):
        assert client == peer or str(ip_address(client)) == client
        assert request_id is None or re.fullmatch(r"[!-~]{1,128}", request_id)
    else:
        assert (client, request_id) == (peer, None)
    assert network_of(network_of(client).partition("/")[0]) == network_of(client)


@short
@given(ADDRESSES)
def test_a_client_has_one_network(address: str) -> None:
    network = network_of(address)
    assert network_of(network.partition("/")[0]) == network or network == address


@short
@given(
    st.lists(
        st.text(max_size=60) | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-0[01].*"),
        max_size=2,
    )
)
def test_a_trace_is_that_of_the_request_or_none(texts: list[str]) -> None:
    headers = CIMultiDict([("traceparent", text) for text in texts])
    parent = traceparent(headers)
    if parent is not None:
        assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", parent)
        assert parent[2:] in texts[0]


@short
@given(st.text() | DIGITS)
def test_the_last_event_has_a_version_or_none(text: str) -> None:
    version = last_event_id(_request(PROXY, ("Last-Event-ID", text)))
    assert version == (int(text) if re.fullmatch("[0-9]{1,18}", text) else None)


@short
@given(st.text() | st.from_regex(r"[Bb]earer +\S*"), st.text(max_size=300))
@example(bearer="Bearer İ", key="")
def test_credentials_and_keys_are_parts_of_their_header(bearer: str, key: str) -> None:
    headers = CIMultiDict({"Authorization": bearer, "Idempotency-Key": key})
    try:
        credentials = bearer_credentials(headers) or ""
    except ToqiboxError as error:
        assert error.code == "unauthenticated"
    else:
        assert credentials in bearer
        assert re.fullmatch("[!-~]+", credentials)
    try:
        assert idempotency_key(headers) == key
    except ToqiboxError as error:
        assert (error.code, error.field) == ("invalid_parameter", "Idempotency-Key")
