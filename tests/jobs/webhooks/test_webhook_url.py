"""URLs of webhooks: https on the public internet alone."""

from ipaddress import ip_address

import pytest

from server.jobs.webhooks.public_address import is_public
from server.jobs.webhooks.webhook_url import InvalidUrl, read_url

PRIVATE = [
    *("127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1"),
    *("239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1"),
    *("2002:7f00:1::", "2002:808:808::", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "3fff::1"),
    *("2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "5f00::1", "4000::1"),
]
PUBLIC = [
    *("1.1.1.1", "93.184.216.34", "192.0.1.1", "172.32.0.1", "100.128.0.1"),
    *("2606:4700:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"),
]


@pytest.mark.fault("E17", "D16")
@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_that_are_not_public(text: str) -> None:
    """Refuse them in all spellings, with the embeddings of IPv4 in IPv6."""
    assert not is_public(ip_address(text))
    host = f"[{text}]" if ":" in text else text
    with pytest.raises(InvalidUrl):
        read_url(f"https://{host}/hook")


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.fault("E17", "D16")
@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "//example.org/", "https://", "https:///x"),
        *("https://user@example.org/", "https://a:b@example.org/", "https://example.org/#x"),
        *("https://example.org\\@127.0.0.1/", "https://example.org/a b", "https://example.org/\n"),
        *("https://exämple.org/", "https://example.org:0/", "https://example.org:80/"),
        *(
            "https://example.org:99999/",
            "https://[fe80::1%25eth0]/",
            "https://[::1/",
            " https://a.b",
        ),
        *("https://localhost/", "https://localhost./", "https://a.localhost/", "https://db/"),
        *("https://printer.local/", "https://metadata.google.internal/", "https://x.home.arpa/"),
        *("https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0x7f.1/"),
        *("https://0177.0.0.1/", "https://1.2.3.4.5/", "https://-a.example.org/", "https://a..b/"),
        *("https://xn--a.example/", "https://example.org/" + "x" * 2048),
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        read_url(url)


def test_urls_that_are_taken() -> None:
    target = read_url("https://Hooks.Example.org:8443/a/b?token=x%20y")
    assert (target.host, target.port, target.address) == ("hooks.example.org", 8443, None)
    assert read_url("https://[2606:4700:4700::1111]/").address is not None
    assert read_url("https://example.org").port == 443


def test_an_allowed_host_may_be_private_and_have_any_port() -> None:
    for url in ("https://127.0.0.1:9000/x", "https://localhost:9000/x"):
        assert read_url(url, ("127.0.0.1", "localhost")).is_allowed
        with pytest.raises(InvalidUrl):
            read_url(url, ("example.org",))
    with pytest.raises(InvalidUrl):
        read_url("http://localhost/x", ("localhost",))
