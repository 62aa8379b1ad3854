"""How executions ended, from the sums of usage: each counts once, when it has settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from leadbridge.automation.model import Automation, AutomationStatus
from leadbridge.usage.model import Status
from leadbridge.usage.quotas import EXECUTIONS
from leadbridge.usage.rows import Cell
from leadbridge.usage.summary import Summaries

FIRST_DAY = date(2024, 1, 1)
"""Before anything could have been counted."""


@dataclass(slots=True)
class Tallied:
    """Executions that have settled."""

    successful: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.successful + self.failed

    def view(self) -> dict[str, Any]:
        """Return them as the API shows them; the share is a text with two decimals."""
        share = 100 * self.successful / self.total if self.total else 0.0
        return {
            "totalExecutions": self.total,
            "successfulExecutions": self.successful,
            "failedExecutions": self.failed,
            "successRate": f"{share:.2f}",
        }


@dataclass(frozen=True, slots=True)
class Statistics:
    """The executions of a company, and of each automation, deleted ones included."""

    all: Tallied
    by_automation: Mapping[str, Tallied]

    def of(self, automation_id: str) -> Tallied:
        """Return those of one automation."""
        return self.by_automation.get(automation_id, Tallied())


async def statistics(summaries: Summaries, company: str) -> Statistics:
    """Return how a company's executions ended, since its beginning."""
    tomorrow = await summaries.today(company) + timedelta(days=1)
    read = await summaries.read(company, FIRST_DAY, tomorrow)
    return tallied(read.total.cells)


def tallied(cells: Iterable[Cell]) -> Statistics:
    """Return the executions among sums of usage."""
    all, by = Tallied(), defaultdict[str, Tallied](Tallied)
    for cell in cells:
        if cell.event_type not in EXECUTIONS:
            continue
        for sums in (all, by[cell.automation_id]):
            if cell.status == Status.SUCCESS:
                sums.successful += cell.events
            else:
                sums.failed += cell.events
    return Statistics(all, by)


def stats_view(automations: Sequence[Automation], statistics: Statistics) -> dict[str, Any]:
    """Return the statistics as the API shows them."""
    active = sum(one.status is AutomationStatus.ACTIVE for one in automations)
    counts = {"total": len(automations), "active": active, "inactive": len(automations) - active}
    return counts | statistics.all.view()
