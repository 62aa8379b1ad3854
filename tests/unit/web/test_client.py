"""Whose address a request has."""

from __future__ import annotations

import pytest

from leadbridge.web.client import LOCAL, client_address, limited_as, parse_networks

TRUSTED = parse_networks(["10.0.0.0/8", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.9"], "192.0.2.1"),  # not from a proxy of ours: not believed
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.9"], "198.51.100.9"),  # what stands left was sent by the caller
        ("10.0.0.1", ["6.6.6.6", "198.51.100.9, 10.2.3.4"], "198.51.100.9"),
        ("10.0.0.1", ["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
        ("10.0.0.1", ["198.51.100.9, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9:4711"], "198.51.100.9"),
        ("2001:db8:1::5", ["[2001:db8:9::1]:443"], "2001:db8:9::1"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.9"], "198.51.100.9"),
        (None, ["198.51.100.9"], LOCAL),
        ("", [], LOCAL),
    ],
)
def test_whose_address_it_is(peer: str | None, forwarded: list[str], address: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == address


@pytest.mark.parametrize(
    ("address", "limited"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:9:1:2:3:4:5", "2001:db8:9:1::/64"), (LOCAL, LOCAL)],
)
def test_an_address_is_limited_with_its_network(address: str, limited: str) -> None:
    assert limited_as(address) == limited
