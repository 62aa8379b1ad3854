"""Where a request comes from: the socket's address, or what a trusted proxy says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

LOCAL = "local"
"""The address of a caller who came through a socket without one, such as a Unix socket."""
MAX_HOPS = 32


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return the networks of CIDR texts; raises ``ValueError`` naming the one that is none."""
    return tuple(ip_network(text) for text in texts)


def client_address(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the caller's address as text.

    ``forwarded`` are the values of all ``X-Forwarded-For`` headers. They are believed only where ``peer`` is a trusted
    proxy, and then from the right: the last address that is no trusted proxy itself, since everything left of it was
    written by whoever sent the request.
    """
    here = _address(peer or "")
    if here is None:
        return LOCAL
    if not _within(here, trusted):
        return str(here)
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    for hop in reversed(hops[-MAX_HOPS:]):
        address = _address(hop)
        if address is None:
            break  # not written by a proxy that is set up rightly; nothing further left can be believed
        here = address
        if not _within(address, trusted):
            break
    return str(here)


def limited_as(address: str) -> str:
    """Return what is limited for an address: itself, or of IPv6 its /64, since a subscriber is given all of that."""
    parsed = _address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed) >> 64 << 64, 64)))
    return address


def _address(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]  # "[2001:db8::1]:4711"
    elif text.count(":") == 1:
        text = text.partition(":")[0]  # "192.0.2.1:4711"
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
