"""The URL of a webhook: one that the client of HTTP reads the same way, of a public host."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from server.jobs.webhooks.public_address import is_public
from server.jobs.webhooks.webhook_url import MAX_URL_LENGTH, PORTS, InvalidUrl, read_url
from tests.fuzz.harness import short
from tests.fuzz.inputs import texts_of

NAT64 = ip_network("64:ff9b::/96")
ALLOWED = ("hooks.internal", "10.0.0.7", "::1")
HOSTS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map("[{}]".format),
    st.sampled_from(
        [
            *("a.example", "hooks.internal", "localhost", "127.1", "0x7f.1", "0177.0.0.1", "a..b"),
            *("[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[1.2.3.4]", "a.example.", "-a.b", "a_.b"),
            *("10.0.0.7", "[::1]", "[2002:a00:1::]", "2130706433", "xn--a.example", "user@a.b"),
        ]
    ),
    texts_of("a", ".", "-", "_", "1", "[", "]", ":", "%", "@", "xn--", max_tokens=9),
)
PATHS = texts_of("/", "?", "#", "\\", "..", "%2e", "@", "a", "%", "=", "&", max_tokens=9)
URLS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["https://", "http://", "HTTPS://", "https:", "//", "https://a@"]),
    HOSTS,
    st.sampled_from(["", ":443", ":8443", ":80", ":0443", ":99999", ":", ":443:443"]),
    st.just("") | PATHS.map("/{}".format) | PATHS,
)


@short
@given(URLS | st.text())
@example("https://xn--a.example")
def test_a_url_is_read_as_the_client_reads_it(text: str) -> None:
    try:
        read = read_url(text, ALLOWED)
    except InvalidUrl as error:
        assert error.reason.localize("ru")
        return
    url = URL(text)
    assert len(text) <= MAX_URL_LENGTH
    assert (url.scheme, url.user, url.password, url.fragment) == ("https", None, None, "")
    assert (str(url.host).lower(), url.port) == (read.host, read.port)
    assert read.is_allowed == (read.host in ALLOWED)
    if not read.is_allowed:
        assert read.port in PORTS
        assert read.address is None or is_public(read.address)


@short
@given(st.ip_addresses(v=4))
def test_an_address_of_a_private_network_is_not_public(address: IPv4Address) -> None:
    written = [address, ip_address(f"::ffff:{address}"), ip_address(f"64:ff9b::{address}")]
    assert len({is_public(form) for form in written}) == 1
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast


@short
@given(st.ip_addresses(v=6))
def test_a_public_address_is_global_unicast(address: IPv6Address) -> None:
    if is_public(address) and address not in NAT64 and address.ipv4_mapped is None:
        assert address.is_global
        kinds = ("multicast", "loopback", "link_local", "private", "unspecified", "reserved")
        assert not any(getattr(address, f"is_{kind}") for kind in kinds)
