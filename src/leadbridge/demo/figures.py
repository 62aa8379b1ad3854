"""The demo's figures: every row of the file is in one of them, or ``unaccounted`` says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Figures:
    """What the demo did, counted."""

    read: int = 0
    merged: int = 0
    rejected: int = 0
    synced: int = 0
    failed: int = 0
    vendor_calls: int = 0
    seconds: float = 0.0
    rejected_because: Counter[str] = field(default_factory=Counter)
    failed_because: Counter[str] = field(default_factory=Counter)

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
            "vendorCalls": self.vendor_calls,
            "seconds": round(self.seconds, 2),
            "rejectedBecause": dict(self.rejected_because),
            "failedBecause": dict(self.failed_because),
        }
