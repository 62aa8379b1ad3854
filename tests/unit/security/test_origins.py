"""Web addresses: one reading or none, and a secret leaves only for origins known beforehand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from leadbridge.security.errors import BadAddress, ForeignOrigin
from leadbridge.security.origins import check_origin, host_matches, origin_of, parse_address

ORIGINS = [
    ("https://api.hubapi.com", "https://api.hubapi.com"),
    ("https://api.hubapi.com/", "https://api.hubapi.com"),
    ("HTTPS://API.HubApi.COM:443/crm?x=1#part", "https://api.hubapi.com"),
    ("https://api.hubapi.com:0443/", "https://api.hubapi.com"),
    ("https://api.hubapi.com:8443", "https://api.hubapi.com:8443"),
    ("http://127.0.0.1:8123/x", "http://127.0.0.1:8123"),
    ("http://localhost:80", "http://localhost"),
    ("https://[::1]:443/", "https://[::1]"),
    ("https://[0:0:0:0:0:FFFF:7F00:1]/", "https://[::ffff:7f00:1]"),
    ("https://bücher.example/", "https://xn--bcher-kva.example"),
    ("https://BÜCHER.example/", "https://xn--bcher-kva.example"),
    ("https://faß.example/", "https://xn--fa-hia.example"),
    ("https://example。com/", "https://example.com"),
    ("https://127。0。0。1/", "https://127.0.0.1"),
    ("https://example.com?x=1", "https://example.com"),
    ("https://my_host.example.com", "https://my_host.example.com"),
]

BAD = [
    "", "example.com", "//example.com", "/path", "ftp://example.com", "file:///etc/passwd", "javascript:alert(1)",
    "https:/example.com", "https:example.com", "https://", "https:///path", "https://?x", "https://:443/",
    "https://user@example.com", "https://user:pw@example.com", "https://api.hubapi.com@evil.example/",
    "https://evil.example\\@api.hubapi.com/", "https://api.hubapi.com\\.evil.example", "https:\\\\example.com",
    "https://example.com/a\\b", "https://example.com./", "https://example.com.", "https://example..com",
    "https://.example.com", "https://-a.example.com", "https://a-.example.com", "https://exa mple.com",
    " https://example.com", "https://example.com ", "https://example.com\n", "https://exam\tple.com",
    "https://example.com/\r\nHost: evil", "https://exa\u200bmple.com", "https://example.com/\u202e", "https://a\0b.com",
    "https://example.com:", "https://example.com:0", "https://example.com:65536", "https://example.com:99999999",
    "https://example.com:44a", "https://example.com:٤٤٣", "https://example.com:443:443", "https://example.com:-1",
    "https://[::1", "https://::1/", "https://[::1]x/", "https://[127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[g::]/",
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.1/",
    "https://127.0.0.01/", "https://127.0.0.256/", "https://1.2.3.4.5/", "https://example.0x7f/", "https://017700000001/",
    "https://%6c%6f%63%61%6c/", "https://exa%00mple.com/", "https://a℀b.example/", "https://example.com/ä",
    "https://" + "a" * 64 + ".com", "https://" + "a." * 130 + "com", "https://example.com/" + "a" * 9000,
]  # fmt: skip


@pytest.mark.parametrize(("url", "origin"), ORIGINS)
def test_an_origin_has_one_spelling(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize("url", BAD)
def test_an_address_with_two_readings_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse_address(url)
    assert caught.value.message.endswith(".")
    assert caught.value.hint


def test_path_and_query_stay_as_they_were_given() -> None:
    given_url = "https://org.crm4.dynamics.com/api/data/v9.2/x(1)?$skiptoken=%3Ccookie%20a%3D%2B1%3E&%41=~'b'|{c}"
    assert parse_address(given_url).url == given_url
    assert parse_address("https://a.example?x=1").url == "https://a.example/?x=1"
    assert parse_address("https://a.example/x#secret").url == "https://a.example/x"


def test_fullwidth_digits_do_not_hide_an_ip_address() -> None:
    assert parse_address("https://\uff11\uff12\uff17.0.0.1/").host == "127.0.0.1"


def test_no_error_and_no_repr_shows_path_or_query() -> None:
    for url in (
        "https://h.example/canary-1?canary-2=\\",
        "https://u:canary-1@h.example/",
        "https://h.example./canary-1",
    ):
        with pytest.raises(BadAddress) as caught:
            parse_address(url)
        assert "canary" not in caught.value.message + caught.value.hint + str(caught.value)
    assert "canary" not in repr(parse_address("https://h.example/canary?canary"))


def test_a_link_is_followed_only_to_a_stored_origin() -> None:
    allowed = {"https://api.hubapi.com", "https://FILES.example:443/"}
    assert check_origin("https://API.hubapi.com/next?after=1", allowed) == "https://api.hubapi.com/next?after=1"
    assert check_origin("https://files.example/a", allowed) == "https://files.example/a"
    for foreign in (
        "http://api.hubapi.com/",
        "https://api.hubapi.com:8443/",
        "https://api.hubapi.com.evil.example/",
        "https://evil.example/?https://api.hubapi.com",
        "https://xn--pi-7kc.hubapi.com/",
        "https://аpi.hubapi.com/",  # a Cyrillic first letter
    ):
        with pytest.raises(ForeignOrigin) as caught:
            check_origin(foreign, allowed)
        assert "?" not in caught.value.message
    with pytest.raises(ForeignOrigin):
        check_origin("https://api.hubapi.com/", ())


@pytest.mark.parametrize(
    ("host", "pattern", "expected"),
    [
        ("acme.my.salesforce.com", "*.my.salesforce.com", True),
        ("acme--dev.sandbox.my.salesforce.com", "*.my.salesforce.com", True),
        ("ACME.My.Salesforce.com", "*.my.salesforce.com", True),
        ("my.salesforce.com", "*.my.salesforce.com", False),
        ("evilmy.salesforce.com", "*.my.salesforce.com", False),
        ("acme.my.salesforce.com.evil.example", "*.my.salesforce.com", False),
        (".my.salesforce.com", "*.my.salesforce.com", False),
        ("accounts.zoho.eu", "accounts.zoho.eu", True),
        ("x.accounts.zoho.eu", "accounts.zoho.eu", False),
    ],
)
def test_patterns_take_whole_labels(host: str, pattern: str, expected: bool) -> None:
    assert host_matches(host, pattern) is expected


@given(st.text(max_size=40), st.text(max_size=20))
def test_what_is_read_is_what_the_http_client_will_read(authority: str, rest: str) -> None:
    try:
        address = parse_address(f"https://{authority}/{rest}")
    except BadAddress:
        return
    wire = URL(address.url, encoded=True)
    assert (wire.scheme, wire.raw_host, wire.port) == ("https", address.host.strip("[]"), address.port)
    assert wire.raw_user is None
    assert parse_address(address.url) == address
