"""Documents: an automation's own address, and the calls that came with a key of their own."""

from __future__ import annotations

from datetime import datetime

from leadbridge.kit.document import Id, LeanDocument, Record, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.storage.kind import Index, Kind

AUTOMATION_WEBHOOK = "automation-webhook"
"""Name of the directory in which an address is looked up by the hash of its key."""


class InboundAddress(Record):
    """Where an automation is called, and what proves the caller. ``_id`` is the automation's.

    The secret is shown once, and is both what ``X-Webhook-Secret`` carries and the key of signatures.
    """

    key_hash: str
    key: Sealed
    """The last part of the address."""
    secret: Sealed
    """``whsec_`` and base64, as it was shown."""
    previous_secret: Sealed | None = None
    """The one before, which proves a caller as well until ``previous_until``."""
    previous_until: Time | None = None
    kid: str
    require_signature: bool = False
    """Whether the secret in a header is not enough."""
    created_at: Time
    rotated_at: Time | None = None


class InboundCall(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    """A call that said which event it is. ``_id`` is made of the automation and a hash of the key it gave.

    While it is kept, a call with the same key starts nothing more.
    """

    automation_id: Id
    execution_id: Id
    at: datetime


ADDRESSES = Kind("inbound_addresses", InboundAddress, (SEALED_INDEX,))
CALLS = Kind("inbound_calls", InboundCall, (Index("at", ("companyId", "at")),))

KINDS = (ADDRESSES, CALLS)
