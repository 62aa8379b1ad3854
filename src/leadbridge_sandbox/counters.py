"""How often each operation was called and what it answered, since this process started or the last reset."""

from __future__ import annotations

from collections import Counter
from typing import Any


class Counters:
    """Counts of vendor calls. The control API, the pages and unknown paths are not counted."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()

    def count(self, operation: str, outcome: str) -> None:
        """Count one call; the outcome is the HTTP status sent, or `lost`."""
        self.calls[operation, outcome] += 1

    def reset(self) -> None:
        """Start again from nothing."""
        self.calls.clear()

    def as_json(self) -> dict[str, Any]:
        """Return the total and, per operation, its calls by outcome."""
        by_operation: dict[str, dict[str, int]] = {}
        for (operation, outcome), number in sorted(self.calls.items()):
            by_operation.setdefault(operation, {})[outcome] = number
        return {"total": sum(self.calls.values()), "operations": by_operation}
