"""The demo's figures: every row of the file is in one of them, or ``unaccounted`` says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Ended:
    """What became of one CRM's leads."""

    synced: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of the event of a new lead that was handed to Make."""

    execution: str | None
    status: str
    attempts: int
    signature_checked: bool | None
    """Whether the scenario's filter found the signature right; None: it received nothing."""
    reported: bool | None
    """What the scenario reported back; None: nothing."""

    @property
    def arrived(self) -> bool:
        """Whether it was delivered, found genuine, and reported on as done."""
        return self.status == "succeeded" and self.signature_checked is True and self.reported is True

    def as_json(self) -> dict[str, Any]:
        """Return it by its public names, without what differs from run to run."""
        return {"status": self.status, "signatureChecked": self.signature_checked, "reported": self.reported}


@dataclass(slots=True)
class Figures:
    """What the demo did, counted."""

    read: int = 0
    merged: int = 0
    rejected: int = 0
    vendor_calls: int = 0
    seconds: float = 0.0
    rejected_because: Counter[str] = field(default_factory=Counter)
    failed_because: Counter[str] = field(default_factory=Counter)

    by_provider: dict[str, Ended] = field(default_factory=dict)
    handed: Handed | None = None

    def of(self, provider: str) -> Ended:
        """Return the figures of one CRM."""
        return self.by_provider.setdefault(provider, Ended())

    @property
    def synced(self) -> int:
        """Leads that are in a CRM, and equal there."""
        return sum(one.synced for one in self.by_provider.values())

    @property
    def failed(self) -> int:
        """Leads that a CRM, or this hub, refused."""
        return sum(one.failed for one in self.by_provider.values())

    @property
    def unaccounted(self) -> int:
        """Rows that ended nowhere."""
        return self.read - self.rejected - self.merged - self.synced - self.failed

    def as_json(self) -> dict[str, Any]:
        """Return the figures by their public names."""
        return {
            "read": self.read,
            "merged": self.merged,
            "rejected": self.rejected,
            "synced": self.synced,
            "failed": self.failed,
            "unaccounted": self.unaccounted,
            "byProvider": {name: asdict(one) for name, one in self.by_provider.items()},
            "handed": None if self.handed is None else self.handed.as_json(),
            "vendorCalls": self.vendor_calls,
            "seconds": round(self.seconds, 2),
            "rejectedBecause": dict(self.rejected_because),
            "failedBecause": dict(self.failed_because),
        }
