"""What is known of a call: what its caller shows, what it brings, whose address it came to, what it led to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadbridge.automation.delivery.model import Endpoint
from leadbridge.automation.inbound.addresses import Opened
from leadbridge.automation.model import Automation


@dataclass(frozen=True, slots=True)
class Proof:
    """What a caller shows to be believed; the four headers as they came."""

    secret: bytes | None
    message_id: bytes | None
    timestamp: bytes | None
    signatures: bytes | None

    @property
    def signed(self) -> bool:
        """Whether all that a signature needs is there."""
        return self.message_id is not None and self.timestamp is not None and self.signatures is not None


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose caller was proved."""

    content_type: str
    body: bytes
    key: bytes | None = None
    """What the sender knows the event by: ``webhook-id`` or ``x-idempotency-key``."""
    execution: bytes | None = None
    hop: bytes | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call led to. ``kind`` is ``event`` or ``call-back``."""

    kind: str
    execution_id: str
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """An address, and the automation it belongs to, as they were at ``read_at``. None of both: nobody's address."""

    opened: Opened | None
    automation: Automation | None
    endpoint: Endpoint | None
    """Where its events go; None where its steps are run here."""
    read_at: float
    secrets: tuple[bytes, ...]
    keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Known({self.opened!r})"

    @property
    def revs(self) -> tuple[int, int]:
        """The ``rev`` of the address and of the automation; 0 where there is none."""
        address = 0 if self.opened is None else self.opened.address.rev
        return address, 0 if self.automation is None else self.automation.rev

    def holding(self, now: datetime) -> int:
        """Return how many of the secrets hold at ``now``, the newest first."""
        return len(self.keys) if self.opened is None else len(self.opened.valid(now))
