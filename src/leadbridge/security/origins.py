"""The rule that a secret goes only to origins known beforehand."""

from __future__ import annotations

from collections.abc import Collection

from leadbridge.kit.webaddress import UnreadableAddress, WebAddress, parse_web_address
from leadbridge.security.errors import BadAddress, ForeignOrigin


def parse_address(url: str) -> WebAddress:
    """Return the parts of an http or https address; raises ``BadAddress`` for anything with two readings."""
    try:
        return parse_web_address(url)
    except UnreadableAddress as error:
        raise BadAddress(str(error), hint=error.hint) from None


def origin_of(url: str) -> str:
    """Return the origin of an address, normalised; raises ``BadAddress``."""
    return parse_address(url).origin


def check_origin(url: str, allowed: Collection[str]) -> str:
    """Return ``url`` in its plain form where its origin is one of ``allowed``.

    For every address out of an answer (the next page, a file, a delta), and every time before a token or secret is
    added. Raises ``ForeignOrigin`` where it leads elsewhere and ``BadAddress`` where it cannot be read.
    """
    address = parse_address(url)
    if address.origin not in {origin_of(origin) for origin in allowed}:
        raise ForeignOrigin(address.origin)
    return address.url


def host_matches(host: str, pattern: str) -> bool:
    """Tell whether ``host`` is the one named by ``pattern``, or below it where that starts with ``*.``.

    Whole labels only: ``*.my.salesforce.com`` takes ``a.my.salesforce.com``, never ``my.salesforce.com`` itself nor
    ``evilmy.salesforce.com``.
    """
    host, pattern = host.lower(), pattern.lower()
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
