"""The address table: what a hub must never be talked into calling, in every spelling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.security.addresses import refusal

REFUSED = [
    # this machine
    "127.0.0.1", "127.255.255.254", "0.0.0.0",  # noqa: S104
    "0.1.2.3", "::1", "::",
    # private and carrier networks
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
    "100.64.0.1", "100.127.255.255", "100.100.100.200", "fc00::1", "fd12:3456::1",
    # link-local and site-local
    "169.254.0.1", "169.254.170.2", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "feff::1",
    # metadata and host services
    "169.254.169.254", "fd00:ec2::254", "168.63.129.16", "fd20:ce::254", "192.0.0.192",
    # protocols, documentation, benchmarks, relays
    "192.0.0.1", "192.0.0.8", "192.0.0.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1",
    "198.19.255.255", "192.88.99.1", "2001:db8::1", "3fff::1", "2001:2::1", "2001:10::1", "2001:20::1", "100::1",
    # multicast, reserved, broadcast
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1",
    # IPv4 inside IPv6: mapped, compatible, translated
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1", "::8.8.8.8",
    "::ffff:0:127.0.0.1",
    # NAT64, well-known and local
    "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::224.0.0.1",
    "64:ff9b:1::7f00:1", "64:ff9b:1::10.0.0.1", "64:ff9b:1:7f00:0:100::", "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1::",
    # 6to4, Teredo, ISATAP
    "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2001:0:53aa:64c:0:7fff:f5ff:fffe",
    "2606:4700::5efe:127.0.0.1", "2606:4700::200:5efe:10.0.0.1",
    # nothing that is given out
    "4000::1", "5f00::1", "200::1", "64:ff9b:2::1",
    # no addresses
    "", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "[::1]", "::ffff:999.0.0.1",
]  # fmt: skip

ALLOWED = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
    "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255",
    "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15", "168.63.129.17",
    "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:80b::200e", "2001:200::1", "3ffe::1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::8.8.8.8", "2002:808:808::1", "2606:4700::5efe:8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("ip", REFUSED)
def test_refused(ip: str) -> None:
    assert refusal(ip, 443) is not None


@pytest.mark.parametrize("ip", ALLOWED)
def test_allowed(ip: str) -> None:
    assert refusal(ip, 443) is None


@pytest.mark.parametrize(
    ("ip", "reason"),
    [
        ("169.254.169.254", "a cloud metadata service"),
        ("fd00:ec2::254", "a cloud metadata service"),
        ("168.63.129.16", "the Azure host service"),
        ("64:ff9b::7f00:1", "this machine"),
        ("2001:0:1::", "a Teredo tunnel"),
        ("nonsense", "no known kind of address"),
    ],
)
def test_the_reason_names_what_it_is(ip: str, reason: str) -> None:
    assert refusal(ip, 443) == reason


def test_own_public_addresses_are_refused_on_their_port_only() -> None:
    own = [("8.8.4.4", 443), ("2606:4700:0:0::1111", 443), ("not an address", 443)]
    assert refusal("8.8.4.4", 443, own) == "this hub itself"
    assert refusal("2606:4700::1111", 443, own) == "this hub itself"
    assert refusal("8.8.4.4", 8443, own) is None
    assert refusal("8.8.4.5", 443, own) is None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_decided_alike_in_every_wrapping(address: ipaddress.IPv4Address) -> None:
    plain = refusal(str(address), 443)
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1),
    ]
    assert {refusal(str(form), 443) for form in wrapped} == {plain}


@given(st.ip_addresses(v=4))
def test_whatever_python_calls_private_is_refused(address: ipaddress.IPv4Address) -> None:
    if not address.is_global:
        assert refusal(str(address), 443) is not None


@given(st.ip_addresses(v=6))
def test_only_global_unicast_and_translations_pass(address: ipaddress.IPv6Address) -> None:
    if refusal(str(address), 443) is None:
        networks = ("2000::/3", "64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0/96")
        assert any(address in ipaddress.IPv6Network(network) for network in networks)
