"""Which IP addresses the hub may call: a pure decision over a table of our own.

The standard library's ``ipaddress.is_global`` is not used: on Python 3.11 it calls several addresses global that lead
back inside (127.0.0.1 behind NAT64 or 6to4, site-local, multicast, 192.0.0.8). IPv6 is refused unless it is in
2000::/3, the only block from which global addresses are given out (IANA IPv6 address space registry); an IPv4 address
inside an IPv6 one is taken out and must be allowed itself.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Listener = tuple[str, int]
"""An address and port on which this hub itself listens."""

_REFUSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("169.254.169.254/32", "a cloud metadata service"),
        ("168.63.129.16/32", "the Azure host service"),
        ("0.0.0.0/8", "this machine"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's private network"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a protocol's own address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "a benchmark network"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
"""IANA IPv4 special-purpose address registry, with what clouds put at fixed addresses; the first match names it."""

_REFUSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("fd00:ec2::254/128", "a cloud metadata service"),
        ("::1/128", "this machine"),
        ("::/128", "this machine"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
        ("100::/64", "a discard address"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "a protocol's own address"),
        ("2001:db8::/32", "a documentation address"),
        ("3fff::/20", "a documentation address"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of an ISATAP interface identifier (RFC 5214, 6.1); the lower half is an IPv4 address."""


def refusal(ip: str, port: int, own: Collection[Listener] = ()) -> str | None:
    """Return why ``ip`` may not be called, as words that follow "it leads to", or None where it may.

    ``own`` are the hub's own listening addresses, refused even where they are public. A text that is not an IP
    address is refused.
    """
    try:
        address = ip_address(ip.partition("%")[0])  # a scope is no part of the address
    except (AddressValueError, ValueError):
        return "no known kind of address"
    if any(port == own_port and address == _parsed(own_ip) for own_ip, own_port in own):
        return "this hub itself"
    return _refusal_v4(address) if isinstance(address, IPv4Address) else _refusal_v6(address)


def _parsed(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(ip)
    except ValueError:
        return None


def _refusal_v4(address: IPv4Address) -> str | None:
    return next((reason for network, reason in _REFUSED_V4 if address in network), None)


def _refusal_v6(address: IPv6Address) -> str | None:
    if address in _MAPPED:  # the same destination in other words, so the same answer
        return _refusal_v4(_low_bits(address))
    for network, reason in _REFUSED_V6:
        if address in network:
            return reason
    if address in _NAT64:
        return _refusal_v4(_low_bits(address))
    if address in _NAT64_LOCAL:
        return _refusal_local_nat64(address)
    if address in _SIX_TO_FOUR:
        return _refusal_v4(IPv4Address(int(address) >> 80 & 0xFFFFFFFF))
    if address in _COMPATIBLE or address in _TRANSLATED:
        return _refusal_v4(_low_bits(address)) or "an IPv4 address in an outdated form"
    if address not in _GLOBAL_V6:
        return "no public address"
    if (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP:
        return _refusal_v4(_low_bits(address))
    return None


def _low_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def _refusal_local_nat64(address: IPv6Address) -> str | None:
    """Decide over 64:ff9b:1::/48 (RFC 8215), where the network's operator chose the layout and we do not know it.

    Every layout of RFC 6052, 2.2 is read. A reading in 0.0.0.0/8 is no destination but a wrong layout; each other one
    must be allowed, and there must be one.
    """
    bits = int(address)
    upper = {48: bits >> 64 & 0xFFFF, 56: bits >> 64 & 0xFF}
    readings = (
        upper[48] << 16 | bits >> 40 & 0xFFFF,
        upper[56] << 24 | bits >> 32 & 0xFFFFFF,
        bits >> 24 & 0xFFFFFFFF,
        bits & 0xFFFFFFFF,
    )
    plausible = [IPv4Address(reading) for reading in readings if reading >> 24]
    if not plausible:
        return "this machine"
    return next((reason for reading in plausible if (reason := _refusal_v4(reading)) is not None), None)
