"""Hosts of webhooks in one form, and URLs that are shown."""

import pytest

from server.jobs.model.webhook import canonical_host, without_secrets


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.example/a", "hooks.example:443"),
        ("https://Hooks.EXAMPLE.:443/b?c", "hooks.example:443"),
        ("https://hooks.example:8443", "hooks.example:8443"),
        ("https://[2001:DB8:0:0::1]/", "[2001:db8::1]:443"),
        ("https://[2001:db8::0001]:443/", "[2001:db8::1]:443"),
        ("https://[::ffff:192.0.2.7]/", "192.0.2.7:443"),
        ("https://192.0.2.7/", "192.0.2.7:443"),
    ],
)
def test_a_host_has_one_form(url: str, host: str) -> None:
    assert canonical_host(url) == host


def test_a_url_is_shown_without_its_secrets() -> None:
    shown = without_secrets("https://name:password@hooks.example:8443/a/b?token=1#c")
    assert shown == "https://hooks.example:8443/a/b"
