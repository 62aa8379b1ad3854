"""Documents: what a connection's webhooks are ordered with, and how far the order is."""

from __future__ import annotations

from enum import StrEnum

from leadbridge.kit.document import Record, Shape, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.storage.kind import Kind

CRM_WEBHOOK = "crm-webhook"
"""Name of the directory in which a webhook's address is looked up by the hash of its key."""


class OrderState(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    """It is to be placed."""
    ORDERED = "ordered"
    FAILING = "failing"
    """The last try failed; the next one is due at ``next_at``."""


class Problem(Shape):
    """Why the last try failed."""

    code: str
    message: str
    cause: str
    hint: str


class WebhookOrder(Record):
    """A connection's own address for webhooks, the secret that proves them, and the order. ``_id`` is the connection's.

    Both are made once and stay until the connection ends, so that ordering again renews what is there.
    """

    provider: str
    key_hash: str
    key: Sealed
    """The last part of the address."""
    secret: Sealed
    kid: str
    state: OrderState = OrderState.WAITING
    public: str | None = None
    """The hub's public address that was last ordered for."""
    ordered_at: Time | None = None
    next_at: Time
    """When it is ordered, renewed or tried again."""
    failures: int = 0
    problem: Problem | None = None


ORDERS = Kind("webhook_orders", WebhookOrder, (SEALED_INDEX,))

KINDS = (ORDERS,)
