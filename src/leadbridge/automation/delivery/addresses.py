"""Which addresses events may be delivered to, decided when a person or a program gives one.

The address table is asked again for every connection that is made; what is refused here is what can be told from the
address alone, while somebody is there to correct it.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.webaddress import WebAddress
from leadbridge.security.addresses import refusal
from leadbridge.security.origins import origin_of, parse_address

MAX_URL = 2048
"""Characters of a target address."""
SHOWN = 4
"""Characters of an address's end that people see."""
_HERE = ("localhost", "ip6-localhost")


class TargetRefused(InvalidInput):
    """Events are not delivered to this address. The message says why, the hint which address would do."""

    default_code: ClassVar[str] = "target_refused"
    default_hint: ClassVar[str] = "Give an https address on port 443 whose name leads to the public internet."


class Surroundings(Protocol):
    """What is known of the hub: ``Settings`` has both."""

    @property
    def public(self) -> str: ...
    @property
    def sandbox_origins(self) -> tuple[str, ...]: ...


def check_target(url: str, settings: Surroundings) -> WebAddress:
    """Return the parts of an address to which events may be delivered.

    Only https on port 443, never an address of the hub's own (its events would come back in), never an IP address
    that leads inside; an origin that the operator named in ``LEADBRIDGE_SANDBOX_ORIGINS`` is let past all of it.
    Raises ``TargetRefused``, or ``BadAddress`` for a text with two readings.
    """
    if len(url) > MAX_URL:
        raise TargetRefused(f"The address has {len(url)} characters; at most {MAX_URL} are taken.", code="url_too_long")
    address = parse_address(url.strip())
    if address.origin in {origin_of(origin) for origin in settings.sandbox_origins}:
        return address
    own = parse_address(settings.public)
    if address.host == own.host and address.port == own.port:
        raise TargetRefused(
            "This is an address of this hub itself: its events would come back in.",
            code="own_address",
            hint="Give the address of the other system. To start one automation from another, give it that trigger.",
        )
    if address.scheme != "https":
        raise TargetRefused("Events are delivered by https only, and this address is http.", code="https_needed")
    if address.port != 443:
        raise TargetRefused(
            f"Events are delivered to port 443 only, and this address names port {address.port}.", code="port_refused"
        )
    if (reason := _leads_inside(address.host)) is not None:
        raise TargetRefused(f"Events are not delivered to this address: it leads to {reason}.", code="address_refused")
    return address


def shown_url(address: WebAddress) -> str:
    """Return scheme, host and the last four characters: what people see of an address, which is a secret by itself."""
    tail = address.target.rstrip("/")
    return f"{address.origin}/…{tail[-SHOWN:]}" if len(tail) > 2 * SHOWN else f"{address.origin}/…"


def looks_like_make(address: WebAddress | str) -> bool:
    """Tell whether an address, or what is shown of it, is a webhook of Make: ``hook.eu1.make.com``, ``celonis``."""
    parts = parse_address(address.partition("…")[0]) if isinstance(address, str) else address
    return parts.host.startswith("hook.") and parts.host.endswith((".make.com", ".make.celonis.com"))


def _leads_inside(host: str) -> str | None:
    """Return where a host that needs no look-up leads, if that is nowhere one may call."""
    if host in _HERE or host.endswith(".localhost"):
        return "this machine"
    literal = host.strip("[]")
    if host.startswith("[") or literal.replace(".", "").isdigit():
        return refusal(literal, 443)
    return None
