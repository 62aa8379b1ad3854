"""Where a connection's webhooks stand, and what may be done about them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

from leadbridge.crm.capabilities import Watching
from leadbridge.crm.model import Check
from leadbridge.crm.provider import Provider
from leadbridge.integrations.model import Connection
from leadbridge.integrations.watching.model import OrderState, Problem, WebhookOrder
from leadbridge.kit.document import Shape, Time
from leadbridge.kit.webaddress import parse_web_address

WEBHOOKS = "webhooks"
"""The capability that a provider tells of."""
WEBHOOK = "webhook subscription"
"""The name of the connection test's check."""
OFF = "off"
WAITING = Problem(
    code="waiting",
    message="The order has not been placed yet.",
    cause="The connection has just become active, or it is paused.",
    hint="Nothing needs to be done: it is placed within minutes. A paused connection orders when it is resumed.",
)


class WebhooksView(Shape):
    """A connection's webhooks as answers show them: ``off``, ``waiting``, ``ordered`` or ``failing``."""

    state: str
    until: Time | None = None
    """While ordered: when the order is renewed. While failing: when it is tried again."""
    error: Problem | None = None


def reachable(public: str, sandbox_origins: Collection[str]) -> bool:
    """Tell whether a CRM can call a hub at ``public``: an https address of the internet, or a declared sandbox."""
    if public in sandbox_origins:
        return True
    parts = parse_web_address(public)
    return parts.origin.startswith("https://") and _of_the_internet(parts.host)


def _of_the_internet(host: str) -> bool:
    bare = host.strip("[]").rstrip(".").lower()
    try:
        return ip_address(bare).is_global
    except ValueError:
        return "." in bare and not bare.endswith((".localhost", ".local", ".internal", ".home.arpa"))


def obstacle(
    provider: Provider, connection: Connection, public: str, sandbox_origins: Collection[str]
) -> Problem | None:
    """Return why nothing is ordered for a connection to a CRM that could be asked, or None."""
    found = next((one for one in provider.capabilities(connection.scopes) if one.name == WEBHOOKS), None)
    if found is None or not found.available:
        return Problem(
            code="permission_missing",
            message=f"{provider.name} is not asked to report changes: the connection may not do so.",
            cause=(found.reason if found is not None else "") or "The permission was not granted.",
            hint="Connect again and grant it.",
        )
    if not reachable(public, sandbox_origins):
        return Problem(
            code="no_public_address",
            message=f"{provider.name} is not asked to report changes: it could not reach this hub.",
            cause="A CRM calls only a public https address, and LEADBRIDGE_PUBLIC_URL is none.",
            hint="Set LEADBRIDGE_PUBLIC_URL to the hub's https address and start the hub again.",
        )
    return None


def standing(
    provider: Provider | None,
    connection: Connection,
    order: WebhookOrder | None,
    public: str,
    sandbox_origins: Collection[str],
) -> WebhooksView | None:
    """Return where a connection's webhooks stand; None for a CRM whose webhooks are not ordered by connection."""
    if provider is None or not isinstance(provider, Watching):
        return None
    hindered = obstacle(provider, connection, public, sandbox_origins)
    if hindered is not None:
        return WebhooksView(state=OFF, error=hindered)
    if order is None or order.state is OrderState.WAITING:
        return WebhooksView(state=OrderState.WAITING)
    return WebhooksView(state=order.state, until=order.next_at, error=order.problem)


def check_of(view: WebhooksView | None) -> Check:
    """Return the connection test's word on webhooks."""
    if view is None:
        return Check(WEBHOOK, True, "Not set up: changes made in the CRM are not reported to this hub yet.")
    if view.state == OrderState.ORDERED:
        until = "" if view.until is None else f" The order is renewed on {view.until:%Y-%m-%d at %H:%M} UTC."
        return Check(WEBHOOK, True, f"Changes made in the CRM are reported to this hub.{until}")
    told = view.error or WAITING
    # a hub without a public address is as its operator set it up, and an order under way is no fault
    well = told.code in ("waiting", "no_public_address")
    return Check(WEBHOOK, well, f"{told.message} {told.cause}", told.hint)
